"use client";

import { Button, Group, Modal, TextInput } from "@mantine/core";
import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import type { ConfirmDialogProps } from "./confirm-dialog.tsx";
import { ErrorState } from "./error-state.tsx";

/** The dialog itself. */
export function ConfirmDialogBody({ opened, onClose, title, children, confirmLabel, onConfirm, danger = false, typeName, pending = false, error }: ConfirmDialogProps) {
  return (
    <Modal opened={opened} onClose={onClose} title={title} size="md" closeOnClickOutside={!pending} closeOnEscape={!pending}>
      <ConfirmForm {...{ onClose, children, confirmLabel, onConfirm, danger, pending, error }} {...(typeName === undefined ? {} : { typeName })} />
    </Modal>
  );
}

/** Inside the modal, so that what was typed is gone when it opens again. */
function ConfirmForm({ onClose, children, confirmLabel, onConfirm, danger, typeName, pending, error }: Omit<ConfirmDialogProps, "opened" | "title">) {
  const t = useTranslations("common");
  const [typed, setTyped] = useState("");
  const ready = typeName === undefined || typed.trim() === typeName;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (ready && !pending) onConfirm();
  };
  return (
    <form onSubmit={submit}>
      <div>{children}</div>
      {typeName !== undefined && (
        <TextInput
          mt="md"
          label={t("confirm.typeName", { name: typeName })}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
          autoComplete="off"
          spellCheck={false}
          data-autofocus
        />
      )}
      {error ? <ErrorState error={error} compact /> : null}
      <Group justify="flex-end" gap="xs" mt="lg">
        <Button variant="default" onClick={onClose} disabled={pending ?? false}>
          {t("actions.cancel")}
        </Button>
        <Button type="submit" {...(danger ? { color: "red" } : {})} loading={pending ?? false} disabled={!ready} {...(typeName === undefined ? { "data-autofocus": true } : {})}>
          {confirmLabel}
        </Button>
      </Group>
    </form>
  );
}
