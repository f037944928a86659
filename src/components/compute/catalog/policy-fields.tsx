import { NumberInput, Select, Switch } from "@mantine/core";
import { useTranslations } from "next-intl";
import { Disclosure } from "#components/ui/disclosure.tsx";
import classes from "./catalog.module.css";
import type { PriceVersion } from "./types.ts";

type Policy = PriceVersion["policy"];
const UNITS = ["hour", "minute", "second"] as const;
const ROUNDINGS = ["up", "nearest", "down"] as const;

/** How time becomes a charge. */
export function PolicyFields({ value, onChange }: { value: Policy; onChange: (policy: Policy) => void }) {
  const t = useTranslations("prices.policy");
  const change = (part: Partial<Policy>) => onChange({ ...value, ...part });
  return (
    <Disclosure label={t("title")} hint={t(`units.${value.unit}`)}>
      <div className={classes.fields}>
        <div className={classes.two}>
          <Select label={t("unit")} allowDeselect={false} data={UNITS.map((unit) => ({ value: unit, label: t(`units.${unit}`) }))} value={value.unit} onChange={(next) => change({ unit: UNITS.find((unit) => unit === next) ?? "hour" })} />
          <Select label={t("rounding")} allowDeselect={false} data={ROUNDINGS.map((rounding) => ({ value: rounding, label: t(`roundings.${rounding}`) }))} value={value.rounding} onChange={(next) => change({ rounding: ROUNDINGS.find((rounding) => rounding === next) ?? "up" })} />
        </div>
        <div className={classes.two}>
          <NumberInput label={t("minimum")} description={t("minimumHelp")} min={0} max={3600} allowDecimal={false} value={value.minimumSeconds} onChange={(next) => change({ minimumSeconds: Number(next) || 0 })} />
          <NumberInput label={t("cap")} description={t("capHelp")} min={1} max={744} allowDecimal={false} value={value.monthlyCapHours ?? ""} onChange={(next) => change({ monthlyCapHours: next === "" ? null : Number(next) })} />
        </div>
        <Switch label={t("exists")} description={t("existsHelp")} checked={value.chargesWhen === "exists"} onChange={(event) => change({ chargesWhen: event.currentTarget.checked ? "exists" : "running" })} />
      </div>
    </Disclosure>
  );
}
