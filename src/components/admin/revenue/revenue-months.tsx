import { SegmentedControl, Select } from "@mantine/core";
import { useFormatter, useTranslations } from "next-intl";
import { useClock } from "#components/ui/use-clock.ts";
import { MONTHS_BY_DAY, monthsBetween, REVENUE_STEPS } from "#shared/billing/revenue.ts";
import classes from "./revenue.module.css";
import { monthChoices, type revenueInputOf } from "./revenue-input.ts";

type Input = ReturnType<typeof revenueInputOf>;

/** Which months, and how they are divided. */
export function RevenueMonths({ input, onChange }: { input: Input; onChange: (change: Partial<Record<keyof Input, string | null>>) => void }) {
  const t = useTranslations("revenue");
  const format = useFormatter();
  const now = useClock();
  const choices = monthChoices(now).map((value) => ({ value, label: format.dateTime(new Date(`${value}-01`), { year: "numeric", month: "long", timeZone: "UTC" }) }));
  // Another division may be the usual one then.
  const months = (change: Partial<Input>) => onChange({ ...change, by: null });
  const choose = (value: string | null, end: "from" | "to") => {
    if (value === null) return;
    if (end === "from") months({ from: value, to: value > input.to ? value : input.to });
    else months({ to: value, from: value < input.from ? value : input.from });
  };
  return (
    <div className={classes.choices} role="group" aria-label={t("period")}>
      <Select className={classes.month ?? ""} label={t("from")} data={choices} value={input.from} allowDeselect={false} onChange={(value) => choose(value, "from")} />
      <Select className={classes.month ?? ""} label={t("to")} data={choices} value={input.to} allowDeselect={false} onChange={(value) => choose(value, "to")} />
      <SegmentedControl
        aria-label={t("by")}
        value={input.by}
        onChange={(by) => onChange({ by })}
        data={REVENUE_STEPS.map((value) => ({ value, label: t(`bys.${value}`), disabled: value === "day" && monthsBetween(input) > MONTHS_BY_DAY }))}
      />
      <p className={classes.note}>{t("utc")}</p>
    </div>
  );
}
