"use client";

import { Button } from "@mantine/core";
import { useTranslations } from "next-intl";
import { type FormEventHandler, type ReactNode, useEffect, useRef } from "react";
import { Form } from "#components/form/form.tsx";
import classes from "./catalog.module.css";

interface OfferFormProps {
  onSubmit: FormEventHandler<HTMLFormElement>;
  onClose: () => void;
  pending: boolean;
  error: unknown;
  submitLabel?: string | undefined;
  children: ReactNode;
}

/** The form in the drawer, with its two ways out. */
export function OfferForm({ onSubmit, onClose, pending, error, submitLabel, children }: OfferFormProps) {
  const t = useTranslations("catalog.form");
  const common = useTranslations("common.actions");
  // The form is longer than the screen: what is wrong may be far above the button.
  const fields = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (error) showWrong(fields.current);
  }, [error]);
  const submit: FormEventHandler<HTMLFormElement> = (event) => {
    onSubmit(event);
    showWrong(fields.current);
  };
  return (
    <Form
      onSubmit={submit}
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
      <div ref={fields} className={classes.fields}>
        {children}
      </div>
    </Form>
  );
}

/** Goes to the first field that is marked as wrong, once the marks are drawn. */
function showWrong(fields: HTMLElement | null): void {
  requestAnimationFrame(() => fields?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus());
}
