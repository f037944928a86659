"use client";

import { Button, Checkbox, Modal } from "@mantine/core";
import { useTranslations } from "next-intl";
import { useEffect, useState } from "react";
import { CopyText } from "#components/ui/copy-text.tsx";
import { KeyValue } from "#components/ui/key-value.tsx";
import classes from "./password-dialog.module.css";

interface PasswordDialogProps {
  /** null: nothing to show */
  created: { name: string; user: string; password: string } | null;
  onAcknowledged: () => void;
}

/** The generated password, this once. It can't be closed before one says that it is kept, and leaving the page asks. */
export function PasswordDialog({ created, onAcknowledged }: PasswordDialogProps) {
  const t = useTranslations("vm.password");
  return (
    <Modal opened={created !== null} onClose={() => {}} withCloseButton={false} closeOnClickOutside={false} closeOnEscape={false} title={created ? t("title", { name: created.name }) : ""}>
      {created && <PasswordBody created={created} onAcknowledged={onAcknowledged} />}
    </Modal>
  );
}

function PasswordBody({ created, onAcknowledged }: { created: NonNullable<PasswordDialogProps["created"]>; onAcknowledged: () => void }) {
  const t = useTranslations("vm.password");
  const [kept, setKept] = useState(false);
  useEffect(() => {
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", ask);
    return () => window.removeEventListener("beforeunload", ask);
  }, []);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        event.stopPropagation();
        if (kept) onAcknowledged();
      }}
    >
      <p className={classes.text}>{t("text")}</p>
      <KeyValue
        items={[
          { label: t("user"), value: <CopyText value={created.user} label={t("user")} /> },
        ]}
      />
      <div className={classes.password}>
        <CopyText value={created.password} label={t("password")} />
      </div>
      <Checkbox mt="md" label={t("kept")} checked={kept} onChange={(event) => setKept(event.currentTarget.checked)} />
      <Button type="submit" fullWidth mt="md" disabled={!kept}>
        {t("continue", { name: created.name })}
      </Button>
    </form>
  );
}
