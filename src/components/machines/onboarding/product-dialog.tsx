"use client";

import { Button, Group, Modal, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import type { FormEvent } from "react";
import { errorBodyOf } from "#components/api/errors.ts";
import { useTRPC } from "#components/api/trpc.ts";
import { ErrorState } from "#components/ui/error-state.tsx";
import { parseCredits } from "#shared/credits.ts";
import type { Product } from "../types.ts";

interface ProductDialogProps {
  opened: boolean;
  organizationId: string;
  onClose: () => void;
  onCreated: (product: Product) => void;
}

/** A new product of the organization, made while filling slots. */
export function ProductDialog({ opened, onClose, ...props }: ProductDialogProps) {
  const t = useTranslations("machines.wizard.product");
  return (
    <Modal opened={opened} onClose={onClose} title={t("title")}>
      <ProductForm onClose={onClose} {...props} />
    </Modal>
  );
}

function ProductForm({ organizationId, onClose, onCreated }: Omit<ProductDialogProps, "opened">) {
  const t = useTranslations("machines.wizard.product");
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const form = useForm({
    initialValues: { name: "", sku: "", price: "" },
    validate: {
      name: (value) => (value.trim() === "" ? t("nameMissing") : null),
      sku: (value) => (/^[A-Za-z0-9-]{1,24}$/.test(value.trim()) ? null : t("skuInvalid")),
      price: (value) => (priceOf(value) === null ? t("priceInvalid") : null),
    },
  });
  const create = useMutation(
    trpc.machines.admin.createProduct.mutationOptions({
      onSuccess: async (product) => {
        await queryClient.invalidateQueries(trpc.machines.admin.products.pathFilter());
        onCreated(product);
        onClose();
      },
      onError: (error) => {
        if (errorBodyOf(error)?.code === "CONFLICT") form.setFieldError("sku", t("skuTaken"));
      },
    }),
  );
  // Stands inside the wizard's form in React's tree: its submit must not reach that one.
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.stopPropagation();
    form.onSubmit((values) => create.mutate({ organizationId, name: values.name, sku: values.sku, price: (priceOf(values.price) ?? 0n).toString() }))(event);
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="md">
        <TextInput label={t("name")} maxLength={64} required data-autofocus {...form.getInputProps("name")} />
        <TextInput label={t("sku")} description={t("skuHelp")} maxLength={24} required {...form.getInputProps("sku")} />
        <TextInput label={t("price")} placeholder="1.80" inputMode="decimal" required w={160} {...form.getInputProps("price")} />
        {create.error && form.errors.sku === undefined ? <ErrorState error={create.error} compact /> : null}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            {t("cancel")}
          </Button>
          <Button type="submit" loading={create.isPending}>
            {t("add")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function priceOf(text: string): bigint | null {
  try {
    const price = parseCredits(text);
    return price > 0n ? price : null;
  } catch {
    return null;
  }
}
