"use client";

import { Button } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useFormatter, useTranslations } from "next-intl";
import { useState } from "react";
import { useTRPC } from "#components/api/trpc.ts";
import { ConfirmDialog } from "#components/ui/confirm-dialog.tsx";
import { Credits } from "#components/ui/credits.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { useNotify } from "#components/ui/use-notify.ts";
import { PriceChangeForm } from "./price-change-form.tsx";
import classes from "./price-section.module.css";
import type { PriceVersion } from "./types.ts";

interface PriceSectionProps {
  subjectId: string;
  kind: "plan" | "upgrade";
  name: string;
}

/** What a plan or an upgrade cost, costs and will cost, and the way to change it. Nothing in effect is ever changed: a price is added. */
export function PriceSection({ subjectId, kind, name }: PriceSectionProps) {
  const t = useTranslations("prices");
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const notify = useNotify();
  const [changing, setChanging] = useState(false);
  const [withdrawn, setWithdrawn] = useState<PriceVersion | null>(null);
  const query = useQuery(trpc.compute.catalogAdmin.prices.list.queryOptions({ subjectId }));
  const refresh = () => {
    void queryClient.invalidateQueries(trpc.compute.catalogAdmin.pathFilter());
    void queryClient.invalidateQueries(trpc.compute.catalog.pathFilter());
  };
  const withdraw = useMutation(
    trpc.compute.catalogAdmin.prices.withdraw.mutationOptions({
      onSuccess: () => {
        setWithdrawn(null);
        notify.done(t("withdrawn"));
        refresh();
      },
    }),
  );
  const current = query.data?.data.find(({ state }) => state === "current");
  return (
    <section className={classes.section} aria-labelledby={`${subjectId}-prices`}>
      <div className={classes.head}>
        <h3 id={`${subjectId}-prices`} className={classes.title}>
          {t("title")}
        </h3>
        {!changing && current && (
          <Button size="xs" variant="default" onClick={() => setChanging(true)}>
            {t("change")}
          </Button>
        )}
      </div>
      {query.error && <ErrorState error={query.error} onRetry={() => void query.refetch()} />}
      {changing && current && (
        <PriceChangeForm
          subjectId={subjectId}
          kind={kind}
          current={current}
          onClose={() => setChanging(false)}
          onSaved={() => {
            setChanging(false);
            notify.done(t("saved", { name }));
            refresh();
          }}
        />
      )}
      <ul className={classes.list}>
        {query.data?.data.map((version) => (
          <Version key={version.effectiveFrom} version={version} onWithdraw={() => setWithdrawn(version)} />
        ))}
      </ul>
      <ConfirmDialog
        opened={withdrawn !== null}
        onClose={() => {
          withdraw.reset();
          setWithdrawn(null);
        }}
        title={t("withdrawTitle")}
        confirmLabel={t("withdraw")}
        onConfirm={() => withdrawn && withdraw.mutate({ subjectId, effectiveFrom: withdrawn.effectiveFrom })}
        pending={withdraw.isPending}
        error={withdraw.error}
        danger
      >
        {withdrawn?.appliesTo === "all" ? t("withdrawTold") : t("withdrawText")}
      </ConfirmDialog>
    </section>
  );
}

function Version({ version, onWithdraw }: { version: PriceVersion; onWithdraw: () => void }) {
  const t = useTranslations("prices");
  const format = useFormatter();
  const from = new Date(version.effectiveFrom);
  const running = BigInt(version.computePricePerHour) + BigInt(version.storagePricePerHour);
  const { policy } = version;
  const usual = policy.unit === "hour" && policy.rounding === "up" && policy.monthlyCapHours === null && policy.chargesWhen === "running";
  const at = (time: Date) => format.dateTime(time, { dateStyle: "medium", timeStyle: "short" });
  return (
    <li className={classes.version} data-state={version.state}>
      <div className={classes.when}>
        <strong>{from.getTime() <= 0 ? t("always") : t("from", { at: at(from) })}</strong>
        <span className={classes.state}>{t(`state.${version.state}`)}</span>
      </div>
      <div>
        {t("running")} <Credits micro={running} perHour /> · {t("stopped")} <Credits micro={version.storagePricePerHour} perHour />
      </div>
      <div className={classes.dim}>
        {t(`applies.${version.appliesTo}`)}
        {!usual && ` · ${t(`unit.${policy.unit}`)}`}
        {!usual && policy.monthlyCapHours !== null && ` · ${t("cap", { hours: policy.monthlyCapHours })}`}
        {from.getTime() > 0 && ` · ${t("by", { name: version.createdBy ?? t("system"), at: at(new Date(version.createdAt)) })}`}
      </div>
      {version.state === "scheduled" && (
        <Button size="compact-xs" variant="subtle" color="red" className={classes.withdraw} onClick={onWithdraw}>
          {t("withdraw")}
        </Button>
      )}
    </li>
  );
}
