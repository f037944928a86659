"use client";

import { Button, Modal, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useTranslations } from "next-intl";
import { Form } from "#components/form/form.tsx";
import { fieldErrors } from "#components/form/server-errors.ts";
import classes from "./copies.module.css";

interface TakeCopyDialogProps {
  opened: boolean;
  onClose: () => void;
  title: string;
  /** what it holds, and what happens to the VM meanwhile */
  note: string;
  /** the verb of the button */
  label: string;
  onTake: (name: string) => void;
  pending: boolean;
  /** of the last attempt; forget it when the dialog is closed */
  error: unknown;
}

/** Asks for the name of a snapshot or a backup, and takes it. */
export function TakeCopyDialog({ opened, onClose, title, ...form }: TakeCopyDialogProps) {
  return (
    <Modal opened={opened} onClose={onClose} title={title}>
      <TakeCopyForm {...form} />
    </Modal>
  );
}

function TakeCopyForm({ note, label, onTake, pending, error }: Omit<TakeCopyDialogProps, "opened" | "onClose" | "title">) {
  const t = useTranslations("changes.copies");
  const form = useForm({ initialValues: { name: "" }, validate: { name: (value) => (value.trim() === "" ? t("nameMissing") : null) } });
  return (
    <Form
      onSubmit={form.onSubmit(({ name }) => onTake(name))}
      error={error}
      actions={
        <Button type="submit" loading={pending}>
          {label}
        </Button>
      }
    >
      <TextInput label={t("nameLabel")} description={t("nameHelp")} maxLength={64} data-autofocus {...form.getInputProps("name")} error={form.errors["name"] ?? fieldErrors(error)["name"]} />
      <p className={classes.note}>{note}</p>
    </Form>
  );
}
