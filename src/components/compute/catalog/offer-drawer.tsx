"use client";

import { Button, Drawer } from "@mantine/core";
import { useTranslations } from "next-intl";
import type { FormEventHandler, ReactNode } from "react";
import { Form } from "#components/form/form.tsx";

interface OfferFormProps {
  onSubmit: FormEventHandler<HTMLFormElement>;
  onClose: () => void;
  pending: boolean;
  error: unknown;
  submitLabel?: string | undefined;
  children: ReactNode;
}

/** Where one thing of the catalog is made or changed. Null: closed. */
export function OfferDrawer({ title, onClose, children }: { title: string | null; onClose: () => void; children: ReactNode }) {
  return (
    <Drawer opened={title !== null} onClose={onClose} title={title} position="right" size="lg">
      {children}
    </Drawer>
  );
}

/** The form in the drawer, with its two ways out. */
export function OfferForm({ onSubmit, onClose, pending, error, submitLabel, children }: OfferFormProps) {
  const t = useTranslations("catalog.form");
  const common = useTranslations("common.actions");
  return (
    <Form
      onSubmit={onSubmit}
      error={error}
      actions={
        <>
          <Button variant="default" onClick={onClose} disabled={pending}>
            {common("cancel")}
          </Button>
          <Button type="submit" loading={pending}>
            {submitLabel ?? t("save")}
          </Button>
        </>
      }
    >
      {children}
    </Form>
  );
}
