"use client";

import { Autocomplete, NumberInput, Select } from "@mantine/core";
import type { UseFormReturnType } from "@mantine/form";
import { useTranslations } from "next-intl";
import classes from "./alerts.module.css";
import type { RuleValues } from "./rule-form.ts";

/** What the reference firmware measures; others may be typed. */
const METRICS = ["temp_c", "door", "rssi_dbm", "heap_free_b"];

/** The condition as a sentence of fields. */
export function ConditionFields({ form }: { form: UseFormReturnType<RuleValues> }) {
  const t = useTranslations("alerts.editor");
  const { kind, measure } = form.values;
  const metric = <Autocomplete label={t("metric")} data={METRICS} maxLength={32} {...form.getInputProps("metric")} />;
  const number = (key: keyof RuleValues, label: string, options: { min?: number; max?: number; decimals?: boolean; suffix?: string } = {}) => (
    <NumberInput
      label={label}
      {...(options.min === undefined ? {} : { min: options.min })}
      {...(options.max === undefined ? {} : { max: options.max })}
      {...(options.suffix === undefined ? {} : { suffix: options.suffix })}
      allowDecimal={options.decimals ?? false}
      {...form.getInputProps(key)}
    />
  );
  const minutes = { min: 0, suffix: t("minuteSuffix") };
  return (
    <div className={classes.sentence}>
      {kind === "threshold" && (
        <>
          {metric}
          <Select label={t("is")} allowDeselect={false} data={[{ value: "above", label: t("above") }, { value: "below", label: t("below") }]} {...form.getInputProps("direction")} />
          {number("value", t("value"), { decimals: true })}
          {number("forMinutes", t("for"), { ...minutes, decimals: true, max: 1_440 })}
          {number("clearValue", t("clearValue"), { decimals: true })}
        </>
      )}
      {kind === "missing" && (
        <>
          {metric}
          {number("missingMinutes", t("missingFor"), { ...minutes, decimals: true })}
        </>
      )}
      {kind === "rate" && (
        <>
          {metric}
          <Select label={t("changes")} allowDeselect={false} data={(["rising", "falling", "either"] as const).map((value) => ({ value, label: t(`directions.${value}`) }))} {...form.getInputProps("rateDirection")} />
          {number("change", t("byAtLeast"), { decimals: true, min: 0 })}
          {number("rateMinutes", t("within"), { ...minutes, min: 1, max: 240 })}
        </>
      )}
      {kind === "offline" && number("offlineMinutes", t("offlineFor"), { ...minutes, decimals: true })}
      {kind === "stock" && (
        <>
          <Select label={t("of")} allowDeselect={false} data={(["slot", "machine"] as const).map((value) => ({ value, label: t(`scopes.${value}`) }))} {...form.getInputProps("scope")} />
          <Select label={t("stockIs")} allowDeselect={false} data={(["percent", "count", "empty"] as const).map((value) => ({ value, label: t(`measures.${value}`) }))} {...form.getInputProps("measure")} />
          {measure !== "empty" && number("atMost", t("atMost"), { min: 0, max: measure === "percent" ? 100 : 9_999, ...(measure === "percent" ? { suffix: " %" } : {}) })}
        </>
      )}
      {kind === "claim" && number("quietMinutes", t("quiet"), { ...minutes, min: 5 })}
    </div>
  );
}
