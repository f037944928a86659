"use client";

import { NumberInput, SegmentedControl, Textarea, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useTRPC } from "#components/api/trpc.ts";
import { fieldErrors } from "#components/form/server-errors.ts";
import classes from "./catalog.module.css";
import { ForSale, PositionField, PriceFields, SizeFields, SlugField } from "./form-parts.tsx";
import { HostChecks, type PlanPlaces } from "./host-checks.tsx";
import { OfferForm } from "./offer-form.tsx";
import { priceOf } from "./price.ts";
import type { OfferedPlan, Place } from "./types.ts";
import { useOfferSaved } from "./use-offer-saved.ts";

interface PlanFormProps {
  /** null: a new one */
  plan: OfferedPlan | null;
  places: readonly Place[];
  onClose: () => void;
}

/** Makes or changes a plan. What VMs have that exist already stays as it is. */
export function PlanForm({ plan, places, onClose }: PlanFormProps) {
  const t = useTranslations("catalog.plan");
  const words = useTranslations("catalog.form");
  const trpc = useTRPC();
  const saved = useOfferSaved(onClose);
  const hosts: PlanPlaces = Object.fromEntries((plan?.hosts ?? []).map(({ hostId, storage }) => [hostId, storage ?? ""]));
  const form = useForm({
    initialValues: {
      name: plan?.name ?? "",
      slug: plan?.slug ?? "",
      description: plan?.description ?? "",
      vcpu: plan?.vcpu ?? 1,
      memoryGb: plan ? plan.memoryMb / 1024 : 1,
      storageGb: plan?.storageGb ?? 20,
      // Of a new one alone: later its price has versions (price-section.tsx).
      computePricePerHour: "",
      storagePricePerHour: "",
      cloneMode: plan?.cloneMode ?? ("full" as "full" | "linked"),
      expireInDays: plan?.expireInDays ?? ("" as number | ""),
      position: plan?.position ?? 0,
      hosts,
      active: plan?.active ?? true,
    },
    validate: {
      name: (value) => (value.trim() === "" ? words("nameMissing") : null),
      computePricePerHour: (value) => (plan === null && priceOf(value) === null ? words("priceInvalid") : null),
      storagePricePerHour: (value) => (plan === null && priceOf(value) === null ? words("priceInvalid") : null),
    },
  });
  const done = {
    onSuccess: (made: OfferedPlan) => saved(made.name),
    onError: (error: unknown) => {
      const { memoryMb, ...errors } = fieldErrors(error);
      form.setErrors({ ...errors, ...(memoryMb === undefined ? {} : { memoryGb: memoryMb }) });
    },
  };
  const create = useMutation(trpc.compute.catalogAdmin.plans.create.mutationOptions(done));
  const update = useMutation(trpc.compute.catalogAdmin.plans.update.mutationOptions(done));
  const submit = form.onSubmit(({ memoryGb, slug, active, hosts: chosen, expireInDays, computePricePerHour, storagePricePerHour, ...values }) => {
    const fields = {
      ...values,
      memoryMb: Math.round(Number(memoryGb) * 1024),
      expireInDays: expireInDays === "" ? null : expireInDays,
      hosts: Object.entries(chosen).map(([hostId, storage]) => ({ hostId, storage: storage.trim() === "" ? null : storage.trim() })),
    };
    if (plan) update.mutate({ id: plan.id, ...fields, active });
    else create.mutate({ slug, ...fields, computePricePerHour: priceOf(computePricePerHour) ?? "", storagePricePerHour: priceOf(storagePricePerHour) ?? "" });
  });
  const { values, errors } = form;
  const storageError = (hostId: string) => errors[`hosts.${Object.keys(values.hosts).indexOf(hostId)}.storage`]?.toString();
  return (
    <OfferForm onSubmit={submit} onClose={onClose} pending={create.isPending || update.isPending} error={create.error ?? update.error} submitLabel={plan ? undefined : t("add")}>
      <TextInput label={words("name")} maxLength={64} data-autofocus {...form.getInputProps("name")} />
      <SlugField form={form} isNew={plan === null} />
      <Textarea label={t("description")} description={t("descriptionHelp")} autosize maxLength={500} {...form.getInputProps("description")} />
      <SizeFields form={form} least={1} />
      {plan === null && <PriceFields form={form} compute={values.computePricePerHour} storage={values.storagePricePerHour} />}
      <div>
        <SegmentedControl
          fullWidth
          aria-label={t("cloneMode")}
          data={[
            { value: "full", label: t("clone.full") },
            { value: "linked", label: t("clone.linked") },
          ]}
          value={values.cloneMode}
          onChange={(mode) => form.setFieldValue("cloneMode", mode === "linked" ? "linked" : "full")}
        />
        <p className={classes.note}>{t(`cloneHelp.${values.cloneMode}`)}</p>
      </div>
      <NumberInput label={t("expireInDays")} description={t("expireInDaysHelp")} min={1} max={3650} allowDecimal={false} {...form.getInputProps("expireInDays")} />
      <PositionField form={form} />
      <HostChecks places={places} value={values.hosts} onChange={(next) => form.setFieldValue("hosts", next)} errorOf={storageError} />
      {plan && <ForSale checked={values.active} onChange={(active) => form.setFieldValue("active", active)} />}
    </OfferForm>
  );
}
