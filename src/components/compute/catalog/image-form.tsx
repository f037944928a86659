"use client";

import { NumberInput, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useTRPC } from "#components/api/trpc.ts";
import { fieldErrors } from "#components/form/server-errors.ts";
import classes from "./catalog.module.css";
import { ForSale, PositionField, SlugField } from "./form-parts.tsx";
import { OfferForm } from "./offer-form.tsx";
import { SourceFields } from "./source-fields.tsx";
import type { OfferedImage, Place } from "./types.ts";
import { useOfferSaved } from "./use-offer-saved.ts";

interface ImageFormProps {
  /** null: a new one */
  image: OfferedImage | null;
  places: readonly Place[];
  onClose: () => void;
}

/** Makes or changes an image, and says what it is called on each host. */
export function ImageForm({ image, places, onClose }: ImageFormProps) {
  const t = useTranslations("catalog.image");
  const words = useTranslations("catalog.form");
  const trpc = useTRPC();
  const saved = useOfferSaved(onClose);
  const sources: Record<string, string> = Object.fromEntries((image?.sources ?? []).map(({ hostId, source }) => [hostId, source]));
  const form = useForm({
    initialValues: {
      name: image?.name ?? "",
      slug: image?.slug ?? "",
      family: image?.family ?? "",
      version: image?.version ?? "",
      defaultUser: image?.defaultUser ?? "",
      minStorageGb: image?.minStorageGb ?? 5,
      position: image?.position ?? 0,
      sources,
      active: image?.active ?? true,
    },
    validate: { name: (value) => (value.trim() === "" ? words("nameMissing") : null) },
  });
  const done = { onSuccess: (made: OfferedImage) => saved(made.name), onError: (error: unknown) => form.setErrors(fieldErrors(error)) };
  const create = useMutation(trpc.compute.catalogAdmin.images.create.mutationOptions(done));
  const update = useMutation(trpc.compute.catalogAdmin.images.update.mutationOptions(done));
  const sent = Object.entries(form.values.sources).filter(([, source]) => source.trim() !== "");
  const submit = form.onSubmit(({ slug, active, ...values }) => {
    const fields = { ...values, sources: sent.map(([hostId, source]) => ({ hostId, source: source.trim() })) };
    if (image) update.mutate({ id: image.id, ...fields, active });
    else create.mutate({ slug, ...fields });
  });
  const sourceError = (hostId: string) => form.errors[`sources.${sent.findIndex(([id]) => id === hostId)}.source`]?.toString();
  return (
    <OfferForm onSubmit={submit} onClose={onClose} pending={create.isPending || update.isPending} error={create.error ?? update.error} submitLabel={image ? undefined : t("add")}>
      <TextInput label={words("name")} maxLength={64} data-autofocus {...form.getInputProps("name")} />
      <SlugField form={form} isNew={image === null} />
      <div className={classes.three}>
        <TextInput label={t("family")} placeholder="debian" maxLength={32} autoComplete="off" spellCheck={false} {...form.getInputProps("family")} />
        <TextInput label={t("version")} placeholder="12" maxLength={32} autoComplete="off" {...form.getInputProps("version")} />
        <NumberInput label={t("minStorage")} suffix=" GB" min={1} allowDecimal={false} {...form.getInputProps("minStorageGb")} />
      </div>
      <TextInput label={t("defaultUser")} description={t("defaultUserHelp")} maxLength={32} autoComplete="off" spellCheck={false} {...form.getInputProps("defaultUser")} />
      <SourceFields places={places} value={form.values.sources} onChange={(next) => form.setFieldValue("sources", next)} errorOf={sourceError} />
      <PositionField form={form} />
      {image && <ForSale checked={form.values.active} onChange={(active) => form.setFieldValue("active", active)} />}
    </OfferForm>
  );
}
