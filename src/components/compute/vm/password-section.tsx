"use client";

import { Button, Checkbox, Modal } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useTRPC } from "#components/api/trpc.ts";
import { ConfirmDialog } from "#components/ui/confirm-dialog.tsx";
import { CopyText } from "#components/ui/copy-text.tsx";
import { KeyValue } from "#components/ui/key-value.tsx";
import { Section } from "#components/ui/section.tsx";
import type { VmDetail } from "../types.ts";
import { ReasonedButton } from "./reasoned-button.tsx";
import { useWhyNot } from "./use-why-not.ts";
import classes from "./vm-changes.module.css";

/** A new password for the system's user, shown once. */
export function PasswordSection({ vm }: { vm: VmDetail }) {
  const t = useTranslations("changes.password");
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const whyNot = useWhyNot(vm);
  const [asking, setAsking] = useState(false);
  const reset = useMutation(
    trpc.compute.changes.resetPassword.mutationOptions({
      // Kept by nobody: not in the cache either, once it was read.
      gcTime: 0,
      onSuccess: () => {
        setAsking(false);
        void queryClient.invalidateQueries(trpc.compute.pathFilter());
      },
    }),
  );
  return (
    <Section title={t("title")} description={t("description")}>
      <ReasonedButton variant="default" why={whyNot("password", "vm:update")} onClick={() => setAsking(true)}>
        {t("reset")}
      </ReasonedButton>
      <ConfirmDialog opened={asking} onClose={() => setAsking(false)} title={t("ask", { name: vm.name })} confirmLabel={t("reset")} onConfirm={() => reset.mutate({ id: vm.id })} pending={reset.isPending} error={reset.error}>
        {t("text")}
      </ConfirmDialog>
      <Modal opened={reset.data !== undefined} onClose={() => {}} withCloseButton={false} closeOnClickOutside={false} closeOnEscape={false} title={t("doneTitle", { name: vm.name })}>
        {reset.data && <Reveal user={reset.data.user} password={reset.data.password} onClose={reset.reset} />}
      </Modal>
    </Section>
  );
}

/** It cannot be closed before one says that it is kept. */
function Reveal({ user, password, onClose }: { user: string; password: string; onClose: () => void }) {
  const t = useTranslations("changes.password");
  const [kept, setKept] = useState(false);
  return (
    <>
      <p className={classes.text}>{t("doneText")}</p>
      <KeyValue items={[{ label: t("user"), value: <CopyText value={user} label={t("user")} /> }]} />
      <div className={classes.password}>
        <CopyText value={password} label={t("password")} />
      </div>
      <Checkbox label={t("kept")} checked={kept} onChange={(event) => setKept(event.currentTarget.checked)} />
      <Button fullWidth mt="md" disabled={!kept} onClick={onClose}>
        {t("close")}
      </Button>
    </>
  );
}
