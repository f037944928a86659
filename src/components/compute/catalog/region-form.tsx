"use client";

import { Button, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useTRPC } from "#components/api/trpc.ts";
import { fieldErrors } from "#components/form/server-errors.ts";
import { useNotify } from "#components/ui/use-notify.ts";
import { PositionField } from "./form-parts.tsx";
import { OfferForm } from "./offer-form.tsx";
import type { OfferedRegion } from "./types.ts";
import { useOfferSaved } from "./use-offer-saved.ts";

/** Makes or changes a region; null: a new one. One in which nothing ever stood can be removed. */
export function RegionForm({ region, onClose }: { region: OfferedRegion | null; onClose: () => void }) {
  const t = useTranslations("catalog.region");
  const words = useTranslations("catalog.form");
  const trpc = useTRPC();
  const notify = useNotify();
  const saved = useOfferSaved(onClose);
  const form = useForm({
    initialValues: { id: region?.id ?? "", name: region?.name ?? "", position: region?.position ?? 0 },
    validate: { name: (value) => (value.trim() === "" ? words("nameMissing") : null) },
  });
  const done = { onSuccess: (made: OfferedRegion) => saved(made.name), onError: (error: unknown) => form.setErrors(fieldErrors(error)) };
  const create = useMutation(trpc.compute.catalogAdmin.regions.create.mutationOptions(done));
  const update = useMutation(trpc.compute.catalogAdmin.regions.update.mutationOptions(done));
  const remove = useMutation(
    trpc.compute.catalogAdmin.regions.remove.mutationOptions({ onSuccess: () => saved(region?.name ?? ""), onError: (error) => notify.failed(t("removeFailed"), error) }),
  );
  const submit = form.onSubmit((values) => (region ? update.mutate(values) : create.mutate(values)));
  const unused = region !== null && region.hosts + region.vmCount + region.pools === 0;
  return (
    <OfferForm onSubmit={submit} onClose={onClose} pending={create.isPending || update.isPending} error={create.error ?? update.error} submitLabel={region ? undefined : t("add")}>
      <TextInput label={words("name")} maxLength={64} data-autofocus {...form.getInputProps("name")} />
      <TextInput label={t("id")} description={region ? words("slugFixed") : t("idHelp")} disabled={region !== null} maxLength={32} autoComplete="off" spellCheck={false} {...form.getInputProps("id")} />
      <PositionField form={form} />
      {unused && (
        <Button variant="default" color="red" loading={remove.isPending} onClick={() => remove.mutate({ id: region.id })}>
          {t("remove")}
        </Button>
      )}
    </OfferForm>
  );
}
