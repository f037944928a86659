"use client";

import { NumberInput, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useTRPC } from "#components/api/trpc.ts";
import { fieldErrors } from "#components/form/server-errors.ts";
import classes from "./catalog.module.css";
import { OfferForm } from "./offer-form.tsx";
import type { TierQuota } from "./types.ts";
import { useOfferSaved } from "./use-offer-saved.ts";

/** Sets a tier's limits; null: of a tier that has none yet. */
export function QuotaForm({ quota, onClose }: { quota: TierQuota | null; onClose: () => void }) {
  const t = useTranslations("catalog.quota");
  const trpc = useTRPC();
  const saved = useOfferSaved(onClose);
  const form = useForm({
    initialValues: {
      tier: quota?.tier ?? "",
      vms: quota?.vms ?? 10,
      vcpu: quota?.vcpu ?? 20,
      memoryGb: quota ? quota.memoryMb / 1024 : 40,
      storageGb: quota?.storageGb ?? 500,
      snapshots: quota?.snapshots ?? 5,
      backups: quota?.backups ?? 20,
    },
    validate: { tier: (value) => (/^[a-z][a-z0-9_-]{0,31}$/.test(value) ? null : t("tierInvalid")) },
  });
  const set = useMutation(trpc.compute.catalogAdmin.quotas.set.mutationOptions({ onSuccess: ({ tier }) => saved(tier), onError: (error) => form.setErrors(fieldErrors(error)) }));
  const submit = form.onSubmit(({ memoryGb, ...values }) => set.mutate({ ...values, memoryMb: Math.round(Number(memoryGb) * 1024) }));
  return (
    <OfferForm onSubmit={submit} onClose={onClose} pending={set.isPending} error={set.error}>
      <TextInput label={t("tier")} description={quota ? undefined : t("tierHelp")} disabled={quota !== null} maxLength={32} autoComplete="off" data-autofocus {...form.getInputProps("tier")} />
      <div className={classes.three}>
        <NumberInput label={t("vms")} min={0} allowDecimal={false} {...form.getInputProps("vms")} />
        <NumberInput label={t("vcpu")} min={0} allowDecimal={false} {...form.getInputProps("vcpu")} />
        <NumberInput label={t("memory")} suffix=" GB" min={0} {...form.getInputProps("memoryGb")} />
        <NumberInput label={t("storage")} suffix=" GB" min={0} allowDecimal={false} {...form.getInputProps("storageGb")} />
        <NumberInput label={t("snapshots")} min={0} allowDecimal={false} {...form.getInputProps("snapshots")} />
        <NumberInput label={t("backups")} min={0} allowDecimal={false} {...form.getInputProps("backups")} />
      </div>
    </OfferForm>
  );
}
