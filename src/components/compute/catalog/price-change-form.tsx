"use client";

import { Button, Input, SegmentedControl, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useDebouncedValue } from "@mantine/hooks";
import { useMutation } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useTRPC } from "#components/api/trpc.ts";
import { Form } from "#components/form/form.tsx";
import { fieldErrors } from "#components/form/server-errors.ts";
import { PriceFields } from "./form-parts.tsx";
import { PolicyFields } from "./policy-fields.tsx";
import { priceOf, typedPrice } from "./price.ts";
import { PriceEffect } from "./price-effect.tsx";
import classes from "./price-section.module.css";
import type { PriceVersion } from "./types.ts";

interface PriceChangeFormProps {
  subjectId: string;
  kind: "plan" | "upgrade";
  current: PriceVersion;
  onClose: () => void;
  onSaved: () => void;
}

/** A new price from a time on, with what it would do to what customers have, before it is saved. */
export function PriceChangeForm({ subjectId, kind, current, onClose, onSaved }: PriceChangeFormProps) {
  const t = useTranslations("prices");
  const words = useTranslations("catalog.form");
  const common = useTranslations("common.actions");
  const trpc = useTRPC();
  const form = useForm({
    initialValues: {
      computePricePerHour: typedPrice(current.computePricePerHour),
      storagePricePerHour: typedPrice(current.storagePricePerHour),
      appliesTo: "new" as "new" | "all",
      effectiveFrom: "",
      policy: current.policy,
    },
    validate: {
      computePricePerHour: (value) => (priceOf(value) === null ? words("priceInvalid") : null),
      storagePricePerHour: (value) => (priceOf(value) === null ? words("priceInvalid") : null),
    },
  });
  const schedule = useMutation(trpc.compute.catalogAdmin.prices.schedule.mutationOptions({ onSuccess: onSaved, onError: (error) => form.setErrors(fieldErrors(error)) }));
  const { values } = form;
  const price = {
    subjectId,
    computePricePerHour: priceOf(values.computePricePerHour) ?? "",
    storagePricePerHour: priceOf(values.storagePricePerHour) ?? "",
    appliesTo: values.appliesTo,
    ...(values.effectiveFrom === "" ? {} : { effectiveFrom: new Date(values.effectiveFrom).toISOString() }),
    ...(kind === "plan" ? { policy: values.policy } : {}),
  };
  const [typed] = useDebouncedValue(JSON.stringify(price), 400);
  return (
    <div className={classes.change}>
      <Form
        onSubmit={form.onSubmit(() => schedule.mutate(price))}
        error={schedule.error}
        actions={
          <>
            <Button variant="default" onClick={onClose} disabled={schedule.isPending}>
              {common("cancel")}
            </Button>
            <Button type="submit" loading={schedule.isPending}>
              {t("save")}
            </Button>
          </>
        }
      >
        <PriceFields form={form} compute={values.computePricePerHour} storage={values.storagePricePerHour} />
        <TextInput type="datetime-local" label={t("effectiveFrom")} description={t("effectiveFromHelp")} {...form.getInputProps("effectiveFrom")} />
        <Input.Wrapper label={t("appliesTo")} labelElement="div" description={t(`appliesHelp.${values.appliesTo}`)} inputWrapperOrder={["label", "input", "description"]}>
          <SegmentedControl
            fullWidth
            mb={6}
            aria-label={t("appliesTo")}
            data={[
              { value: "new", label: t("applies.new") },
              { value: "all", label: t("applies.all") },
            ]}
            value={values.appliesTo}
            onChange={(next) => form.setFieldValue("appliesTo", next === "all" ? "all" : "new")}
          />
        </Input.Wrapper>
        {kind === "plan" && <PolicyFields value={values.policy} onChange={(policy) => form.setFieldValue("policy", policy)} />}
        {values.appliesTo === "all" && typed === JSON.stringify(price) && <PriceEffect price={price} />}
      </Form>
    </div>
  );
}
