"use client";

import { Input, MultiSelect, SegmentedControl, Select, Stack, TextInput } from "@mantine/core";
import { useTranslations } from "next-intl";
import { Section } from "#components/ui/section.tsx";
import { formatCredits } from "#shared/credits.ts";
import { ROUNDING_MODES, ROUNDING_STEPS } from "#shared/machines/price-rule.ts";
import { useFleet } from "../fleet/use-fleet.ts";
import type { MachineSide } from "../use-machines.ts";
import { isNumberWrong, type PriceChangeValues } from "./price-change-values.ts";
import classes from "./price-change.module.css";
import { useProductChoices } from "./use-products.ts";

interface PriceChangeFormProps {
  side: MachineSide;
  organizationId: string;
  values: PriceChangeValues;
  onChange: (values: Partial<PriceChangeValues>) => void;
}

/** How many choices a list shows at a time; the others are found by typing. */
const SHOWN = 50;

/** Which products, where, and by how much. */
export function PriceChangeForm({ side, organizationId, values, onChange }: PriceChangeFormProps) {
  const t = useTranslations("products.prices");
  const products = useProductChoices(side, organizationId);
  const machines = useFleet(side, organizationId);
  return (
    <Section>
      <Stack gap="lg">
        <Choice label={t("which")} value={values.which} onChange={(which) => onChange({ which })} data={[{ value: "all", label: t("allProducts") }, { value: "some", label: t("someProducts") }]}>
          {values.which === "some" && (
            <MultiSelect
              aria-label={t("products")}
              placeholder={values.products.length === 0 ? t("productsPlaceholder") : ""}
              searchable
              clearable
              limit={SHOWN}
              nothingFoundMessage={t("notFound")}
              data={(products.data?.data ?? []).map((product) => ({ value: product.id, label: `${product.name} · ${formatCredits(product.price)}` }))}
              value={values.products}
              onChange={(chosen) => onChange({ products: chosen })}
            />
          )}
        </Choice>
        <Choice
          label={t("where")}
          help={t(values.where === "everywhere" ? "everywhereHelp" : "someMachinesHelp")}
          value={values.where}
          onChange={(where) => onChange({ where })}
          data={[{ value: "everywhere", label: t("everywhere") }, { value: "some", label: t("someMachines") }]}
        >
          {values.where === "some" && (
            <MultiSelect
              aria-label={t("machines")}
              placeholder={values.machines.length === 0 ? t("machinesPlaceholder") : ""}
              searchable
              clearable
              limit={SHOWN}
              nothingFoundMessage={t("notFound")}
              data={(machines.data?.data ?? []).map((machine) => ({ value: machine.id, label: machine.name }))}
              value={values.machines}
              onChange={(chosen) => onChange({ machines: chosen })}
            />
          )}
        </Choice>
        {values.where === "everywhere" && (
          <Choice label={t("ownPrices")} value={values.ownPrices} onChange={(ownPrices) => onChange({ ownPrices })} data={[{ value: "change", label: t("ownPricesChange") }, { value: "keep", label: t("ownPricesKeep") }]} />
        )}
        <Choice
          label={t("how")}
          value={values.kind}
          onChange={(kind) => onChange({ kind })}
          data={[
            { value: "percent", label: t("kind.percent") },
            { value: "amount", label: t("kind.amount") },
            { value: "set", label: t("kind.set") },
          ]}
        >
          <NumberField values={values} onChange={onChange} />
          {values.kind !== "set" && (
            <div className={classes.two}>
              <Select
                label={t("roundTo")}
                allowDeselect={false}
                data={ROUNDING_STEPS.map((step) => ({ value: step, label: formatCredits(step) }))}
                value={values.step}
                onChange={(step) => onChange({ step: ROUNDING_STEPS.find((one) => one === step) ?? "10000" })}
              />
              <Select
                label={t("roundMode")}
                allowDeselect={false}
                data={ROUNDING_MODES.map((mode) => ({ value: mode, label: t(`mode.${mode}`) }))}
                value={values.mode}
                onChange={(mode) => onChange({ mode: ROUNDING_MODES.find((one) => one === mode) ?? "nearest" })}
              />
            </div>
          )}
        </Choice>
      </Stack>
    </Section>
  );
}

function NumberField({ values, onChange }: Pick<PriceChangeFormProps, "values" | "onChange">) {
  const t = useTranslations("products.prices");
  const wrong = isNumberWrong(values);
  const common = { inputMode: "text" as const, autoComplete: "off" };
  if (values.kind === "percent") {
    return <TextInput {...common} label={t("percent")} description={t("percentHelp")} placeholder="5" rightSection="%" error={wrong ? t("percentInvalid") : null} value={values.percent} onChange={(event) => onChange({ percent: event.currentTarget.value })} />;
  }
  if (values.kind === "amount") {
    return <TextInput {...common} label={t("amount")} description={t("amountHelp")} placeholder="0.20" error={wrong ? t("amountInvalid") : null} value={values.amount} onChange={(event) => onChange({ amount: event.currentTarget.value })} />;
  }
  return <TextInput {...common} inputMode="decimal" label={t("price")} placeholder="1.80" error={wrong ? t("priceInvalid") : null} value={values.price} onChange={(event) => onChange({ price: event.currentTarget.value })} />;
}

interface ChoiceProps<T extends string> {
  label: string;
  help?: string;
  value: T;
  onChange: (value: T) => void;
  data: readonly { value: T; label: string }[];
  children?: React.ReactNode;
}

/** A question with two or three answers, and what one of them asks besides. */
function Choice<T extends string>({ label, help, value, onChange, data, children }: ChoiceProps<T>) {
  return (
    <div className={classes.choice}>
      <Input.Wrapper label={label} labelElement="div" {...(help === undefined ? {} : { description: help })} inputWrapperOrder={["label", "input", "description"]} classNames={{ description: classes.help ?? "" }}>
        <SegmentedControl fullWidth aria-label={label} data={[...data]} value={value} onChange={(next) => onChange(data.find((one) => one.value === next)?.value ?? value)} />
      </Input.Wrapper>
      {children}
    </div>
  );
}
