import { Button } from "@mantine/core";
import { useTranslations } from "next-intl";
import { type Estimate, perMonth } from "#components/billing/forecast.ts";
import { useTimeLeft } from "#components/billing/use-time-left.ts";
import { Credits } from "#components/ui/credits.tsx";
import { Section } from "#components/ui/section.tsx";
import { formatCredits } from "#shared/credits.ts";
import { QuotaBars, type QuotaPart } from "../quota/quota-bars.tsx";
import type { Plan, Quota } from "../types.ts";
import { VmSize } from "../vm-size.tsx";
import classes from "./create-summary.module.css";

interface CreateSummaryProps {
  /** the image, or the backup */
  from: string | undefined;
  plan: Plan | undefined;
  regionName: string | undefined;
  projectName: string | undefined;
  name: string;
  /** undefined while the balance is not known */
  estimate: Estimate | undefined;
  available: string | undefined;
  /** null: never */
  expireInDays: number | null;
  quota: Quota | undefined;
  /** what the VM adds to what the quota counts */
  more: Partial<Record<QuotaPart, number>> | undefined;
  /** why the VM can't be created yet; null: it can */
  blocked: string | null;
  pending: boolean;
}

/** What was chosen, what it costs and what it does to the balance; the button, and why it is shut. */
export function CreateSummary({ from, plan, regionName, projectName, name, estimate, available, expireInDays, quota, more, blocked, pending }: CreateSummaryProps) {
  const t = useTranslations("vm.create");
  const timeLeft = useTimeLeft();
  return (
    <Section title={t("summary")}>
      <p className={classes.name}>{name || t("unnamed")}</p>
      <p className={classes.what}>
        {[from, regionName, projectName].filter(Boolean).join(" · ")}
        {plan && (
          <>
            <br />
            <VmSize resources={plan.resources} />
          </>
        )}
      </p>
      {plan && (
        <dl className={classes.lines}>
          <Line label={t("pricePerHour")} value={<Credits micro={plan.pricePerHour} perHour />} />
          <Line label={t("pricePerMonth")} value={<Credits micro={perMonth(plan.pricePerHour)} />} />
          <Line label={t("whileStopped")} value={<Credits micro={plan.stoppedPricePerHour} perHour />} />
          {expireInDays !== null && <Line label={t("expires")} value={t("inDays", { days: expireInDays })} />}
          {estimate && available !== undefined && (
            <>
              <Line rule label={t("available")} value={<Exact micro={available} />} />
              <Line label={t("hold")} value={<Exact micro={-estimate.hold} />} />
              <Line strong label={t("balanceAfter")} value={<Exact micro={estimate.availableAfter} />} bad={estimate.availableAfter < 0n} />
              <Line label={t("lastsNow")} value={timeLeft(estimate.hoursLeftNow)} />
              <Line strong label={t("lasts")} value={timeLeft(estimate.hoursLeftAfter)} />
            </>
          )}
        </dl>
      )}
      {quota && more && (
        <div className={classes.quota}>
          <p>{t("quotaAfter")}</p>
          <QuotaBars quota={quota} more={more} />
        </div>
      )}
      <Button
        type="submit"
        fullWidth
        size="md"
        mt="md"
        loading={pending}
        {...(blocked === null ? {} : { "data-disabled": true, "aria-disabled": true })}
        aria-describedby={blocked === null ? undefined : "create-blocked"}
      >
        {t("submit")}
      </Button>
      <p id="create-blocked" className={classes.blocked} aria-live="polite">
        {blocked ?? t("ready", { hold: formatCredits(estimate?.hold ?? 0n, 4) })}
      </p>
    </Section>
  );
}

/** Four decimals: what is held is often a fraction of a hundredth. */
function Exact({ micro }: { micro: string | bigint }) {
  return <span data-tabular>{formatCredits(micro, 4).replace("-", "−")}</span>;
}

function Line({ label, value, rule = false, strong = false, bad = false }: { label: string; value: React.ReactNode; rule?: boolean; strong?: boolean; bad?: boolean }) {
  return (
    <div className={classes.line} data-rule={rule || undefined} data-strong={strong || undefined} data-bad={bad || undefined}>
      <dt>{label}</dt>
      <dd>{value}</dd>
    </div>
  );
}
