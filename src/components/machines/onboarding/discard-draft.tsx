"use client";

import { Button } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useTRPC } from "#components/api/trpc.ts";
import { ConfirmDialog } from "#components/ui/confirm-dialog.tsx";
import { useNotify } from "#components/ui/use-notify.ts";

interface DiscardDraftProps {
  id: string;
  name: string;
  /** in a list of several: its name is part of the button's */
  listed?: boolean;
  onDone?: () => void;
}

/** Removes a draft and its codes, after a question. */
export function DiscardDraft({ id, name, listed = false, onDone }: DiscardDraftProps) {
  const t = useTranslations("machines.wizard.discard");
  const { machines } = useTRPC();
  const queryClient = useQueryClient();
  const notify = useNotify();
  const [opened, setOpened] = useState(false);
  const discard = useMutation(
    machines.admin.discard.mutationOptions({
      onSuccess: () => {
        notify.done(t("done", { name }));
        setOpened(false);
        void queryClient.invalidateQueries(machines.admin.drafts.pathFilter());
        onDone?.();
      },
    }),
  );
  return (
    <>
      <Button variant="subtle" color="red" size="xs" onClick={() => setOpened(true)} {...(listed ? { "aria-label": t("named", { name }) } : {})}>
        {t(listed ? "short" : "action")}
      </Button>
      <ConfirmDialog
        opened={opened}
        onClose={() => setOpened(false)}
        title={t("title", { name })}
        confirmLabel={t("action")}
        onConfirm={() => discard.mutate({ id })}
        danger
        pending={discard.isPending}
        error={discard.error}
      >
        {t("text")}
      </ConfirmDialog>
    </>
  );
}
