import { NumberInput, Switch, TextInput } from "@mantine/core";
import { useTranslations } from "next-intl";
import { perMonth } from "#components/billing/forecast.ts";
import { Credits } from "#components/ui/credits.tsx";
import { formatCredits } from "#shared/credits.ts";
import classes from "./catalog.module.css";
import { priceOf } from "./price.ts";

/** The part of Mantine's form that a group of fields needs; what it returns are the properties of an input. */
interface FieldsOf {
  getInputProps: (path: string) => object;
}

/** vCPUs, memory in GB, disk in GB. */
export function SizeFields({ form, least }: { form: FieldsOf; least: 0 | 1 }) {
  const t = useTranslations("catalog.form");
  return (
    <div className={classes.three}>
      <NumberInput label={t("vcpu")} min={least} max={512} allowDecimal={false} {...form.getInputProps("vcpu")} />
      <NumberInput label={t("memory")} suffix=" GB" min={0} step={1} decimalScale={3} {...form.getInputProps("memoryGb")} />
      <NumberInput label={t("storage")} suffix=" GB" min={least} allowDecimal={false} {...form.getInputProps("storageGb")} />
    </div>
  );
}

/** Two prices in credits an hour, and what they come to. */
export function PriceFields({ form, compute, storage }: { form: FieldsOf; compute: string; storage: string }) {
  const t = useTranslations("catalog.form");
  const running = priceOf(compute);
  const existing = priceOf(storage);
  return (
    <>
      <div className={classes.two}>
        <TextInput label={t("computePrice")} description={t("computePriceHelp")} inputMode="decimal" autoComplete="off" {...form.getInputProps("computePricePerHour")} />
        <TextInput label={t("storagePrice")} description={t("storagePriceHelp")} inputMode="decimal" autoComplete="off" {...form.getInputProps("storagePricePerHour")} />
      </div>
      {running !== null && existing !== null && (
        <dl className={classes.preview} aria-label={t("preview")}>
          <PreviewLine label={t("runs")} perHour={BigInt(running) + BigInt(existing)} />
          <PreviewLine label={t("stopped")} perHour={BigInt(existing)} />
        </dl>
      )}
    </>
  );
}

function PreviewLine({ label, perHour }: { label: string; perHour: bigint }) {
  const t = useTranslations("catalog.form");
  return (
    <div>
      <dt>{label}</dt>
      <dd>
        <Credits micro={perHour} perHour /> · {t("month", { amount: formatCredits(perMonth(perHour)) })}
      </dd>
    </div>
  );
}

/** What the thing is called by programs; it stays as it was made. */
export function SlugField({ form, isNew }: { form: FieldsOf; isNew: boolean }) {
  const t = useTranslations("catalog.form");
  return <TextInput label={t("slug")} description={isNew ? t("slugHelp") : t("slugFixed")} disabled={!isNew} maxLength={64} autoComplete="off" spellCheck={false} {...form.getInputProps("slug")} />;
}

/** Archived things are kept for the VMs that were made of them, and shown to no customer. */
export function ForSale({ checked, onChange }: { checked: boolean; onChange: (checked: boolean) => void }) {
  const t = useTranslations("catalog.form");
  return <Switch label={t("active")} description={t("activeHelp")} checked={checked} onChange={(event) => onChange(event.currentTarget.checked)} />;
}

/** The place among the others. */
export function PositionField({ form }: { form: FieldsOf }) {
  const t = useTranslations("catalog.form");
  return <NumberInput label={t("position")} description={t("positionHelp")} min={0} max={10_000} allowDecimal={false} {...form.getInputProps("position")} />;
}
