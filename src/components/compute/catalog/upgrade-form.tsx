"use client";

import { TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useTRPC } from "#components/api/trpc.ts";
import { fieldErrors } from "#components/form/server-errors.ts";
import { ForSale, PositionField, PriceFields, SizeFields, SlugField } from "./form-parts.tsx";
import { OfferForm } from "./offer-form.tsx";
import { priceOf } from "./price.ts";
import type { OfferedUpgrade } from "./types.ts";
import { useOfferSaved } from "./use-offer-saved.ts";

/** Makes or changes an upgrade; null: a new one. */
export function UpgradeForm({ upgrade, onClose }: { upgrade: OfferedUpgrade | null; onClose: () => void }) {
  const t = useTranslations("catalog.upgrade");
  const words = useTranslations("catalog.form");
  const trpc = useTRPC();
  const saved = useOfferSaved(onClose);
  const form = useForm({
    initialValues: {
      name: upgrade?.name ?? "",
      slug: upgrade?.slug ?? "",
      vcpu: upgrade?.vcpu ?? 0,
      memoryGb: upgrade ? upgrade.memoryMb / 1024 : 0,
      storageGb: upgrade?.storageGb ?? 0,
      // Of a new one alone: later its price has versions (price-section.tsx).
      computePricePerHour: "",
      storagePricePerHour: "",
      position: upgrade?.position ?? 0,
      active: upgrade?.active ?? true,
    },
    validate: {
      name: (value) => (value.trim() === "" ? words("nameMissing") : null),
      vcpu: (value, values) => (Number(value) + Number(values.memoryGb) + Number(values.storageGb) === 0 ? t("nothing") : null),
      computePricePerHour: (value) => (upgrade === null && priceOf(value) === null ? words("priceInvalid") : null),
      storagePricePerHour: (value) => (upgrade === null && priceOf(value) === null ? words("priceInvalid") : null),
    },
  });
  const done = { onSuccess: (made: OfferedUpgrade) => saved(made.name), onError: (error: unknown) => form.setErrors(fieldErrors(error)) };
  const create = useMutation(trpc.compute.catalogAdmin.upgrades.create.mutationOptions(done));
  const update = useMutation(trpc.compute.catalogAdmin.upgrades.update.mutationOptions(done));
  const submit = form.onSubmit(({ memoryGb, slug, active, computePricePerHour, storagePricePerHour, ...values }) => {
    const fields = { ...values, memoryMb: Math.round(Number(memoryGb) * 1024) };
    if (upgrade) update.mutate({ id: upgrade.id, ...fields, active });
    else create.mutate({ slug, ...fields, computePricePerHour: priceOf(computePricePerHour) ?? "", storagePricePerHour: priceOf(storagePricePerHour) ?? "" });
  });
  return (
    <OfferForm onSubmit={submit} onClose={onClose} pending={create.isPending || update.isPending} error={create.error ?? update.error} submitLabel={upgrade ? undefined : t("add")}>
      <TextInput label={words("name")} maxLength={64} data-autofocus {...form.getInputProps("name")} />
      <SlugField form={form} isNew={upgrade === null} />
      <SizeFields form={form} least={0} />
      {upgrade === null && <PriceFields form={form} compute={form.values.computePricePerHour} storage={form.values.storagePricePerHour} />}
      <PositionField form={form} />
      {upgrade && <ForSale checked={form.values.active} onChange={(active) => form.setFieldValue("active", active)} />}
    </OfferForm>
  );
}
