"use client";

import { Button, Modal, Textarea, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { errorBodyOf } from "#components/api/errors.ts";
import { Form } from "#components/form/form.tsx";
import { fieldErrors } from "#components/form/server-errors.ts";
import { ConfirmDialog } from "#components/ui/confirm-dialog.tsx";
import { Credits } from "#components/ui/credits.tsx";
import { KeyValue } from "#components/ui/key-value.tsx";
import { Notice } from "#components/ui/notice.tsx";
import { useNotify } from "#components/ui/use-notify.ts";
import type { AssortmentItem } from "#shared/machines/assortment.ts";
import type { MachineSide } from "../use-machines.ts";
import { productPrice, typedProductPrice } from "./product-price.ts";
import classes from "./products.module.css";
import { useProductProcedures, whoseOf } from "./use-products.ts";

interface ProductDialogProps {
  side: MachineSide;
  organizationId: string;
  /** null: a new one */
  product: AssortmentItem | null;
  readOnly: boolean;
  onClose: () => void;
}

/** A product: made, changed, taken out of sale and put back. */
export function ProductDialog(props: ProductDialogProps) {
  const t = useTranslations("products");
  const { product, readOnly, onClose } = props;
  return (
    <Modal opened onClose={onClose} title={readOnly ? product?.name : t(product === null ? "form.addTitle" : "form.editTitle")}>
      {readOnly && product ? (
        <KeyValue
          items={[
            { label: t("columns.sku"), value: product.sku },
            { label: t("columns.price"), value: <Credits micro={product.price} unit /> },
            { label: t("columns.where"), value: product.machines === 0 ? t("nowhere") : `${t("machines", { count: product.machines })} · ${t("slots", { count: product.slots })}` },
            { label: t("columns.stock"), value: t("stockOf", { count: product.count, capacity: product.capacity }) },
            { label: t("form.text"), value: product.description || null },
          ]}
        />
      ) : (
        <ProductForm {...props} />
      )}
    </Modal>
  );
}

function ProductForm({ side, organizationId, product, onClose }: ProductDialogProps) {
  const t = useTranslations("products.form");
  const notify = useNotify();
  const queryClient = useQueryClient();
  const procedures = useProductProcedures(side);
  const [asking, setAsking] = useState(false);
  const form = useForm({
    initialValues: { name: product?.name ?? "", sku: product?.sku ?? "", price: product ? typedProductPrice(product.price) : "", description: product?.description ?? "" },
    validate: {
      name: (value) => (value.trim() === "" ? t("nameMissing") : null),
      sku: (value) => (/^[A-Za-z0-9-]{1,24}$/.test(value.trim()) ? null : t("skuInvalid")),
      price: (value) => (productPrice(value) === null ? t("priceInvalid") : null),
    },
  });
  const callbacks = (words: (saved: { name: string; machines?: number }) => string) => ({
    onSuccess: (saved: { name: string; machines?: number }) => {
      void queryClient.invalidateQueries(procedures.pathFilter());
      notify.done(words(saved));
      onClose();
    },
    onError: (error: unknown) => form.setErrors(errorBodyOf(error)?.code === "CONFLICT" ? { sku: t("skuTaken") } : fieldErrors(error)),
  });
  const create = useMutation(procedures.create.mutationOptions(callbacks(({ name }) => t("added", { name }))));
  const priceChanged = product !== null && productPrice(form.values.price) !== product.price;
  const update = useMutation(procedures.update.mutationOptions(callbacks(({ name, machines = 0 }) => (priceChanged && machines > 0 ? t("savedTold", { name, machines }) : t("saved", { name })))));
  const archive = useMutation(procedures.archive.mutationOptions({ ...callbacks(({ name }) => t(product?.archived ? "restored" : "archived", { name })), onError: (error: unknown) => notify.failed(t("archiveFailed"), error) }));
  const save = form.onSubmit((values) => {
    const data = { name: values.name, sku: values.sku, price: productPrice(values.price) ?? "", description: values.description };
    if (product === null) create.mutate({ ...data, ...whoseOf(side, organizationId) });
    else update.mutate({ id: product.id, ...data });
  });
  const saving = create.isPending || update.isPending;
  return (
    <Form
      onSubmit={save}
      error={Object.keys(form.errors).length > 0 ? null : (create.error ?? update.error)}
      actions={
        <>
          {product !== null && (
            <Button className={classes.left ?? ""} variant="subtle" color={product.archived ? "teal" : "red"} loading={archive.isPending && !asking} onClick={() => (product.archived ? archive.mutate({ id: product.id, archived: false }) : setAsking(true))}>
              {t(product.archived ? "restore" : "archive")}
            </Button>
          )}
          <Button type="submit" loading={saving}>
            {t(product === null ? "add" : "save")}
          </Button>
        </>
      }
    >
      {product?.archived && (
        <Notice tone="neutral" title={t("archivedNotice")}>
          {t("archivedNoticeText")}
        </Notice>
      )}
      <TextInput label={t("name")} maxLength={64} required data-autofocus {...form.getInputProps("name")} />
      <TextInput label={t("sku")} description={t("skuHelp")} maxLength={24} required autoComplete="off" spellCheck={false} {...form.getInputProps("sku")} />
      <TextInput
        label={t("price")}
        description={product === null || product.archived ? undefined : [t("priceHelp", { machines: product.machines }), ...(product.ownPrices > 0 ? [t("priceOwn", { count: product.ownPrices })] : [])].join(" ")}
        placeholder="1.80"
        inputMode="decimal"
        autoComplete="off"
        required
        {...form.getInputProps("price")}
      />
      <Textarea label={t("text")} description={t("textHelp")} maxLength={500} autosize minRows={2} maxRows={6} {...form.getInputProps("description")} />
      {product !== null && (
        <ConfirmDialog opened={asking} onClose={() => setAsking(false)} title={t("archiveTitle", { name: product.name })} confirmLabel={t("archive")} danger pending={archive.isPending} onConfirm={() => archive.mutate({ id: product.id, archived: true })}>
          {t("archiveText", { machines: product.machines })}
        </ConfirmDialog>
      )}
    </Form>
  );
}
