"use client";

import { Button, Textarea } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useTRPC } from "#components/api/trpc.ts";
import { Section } from "#components/ui/section.tsx";
import { useNotify } from "#components/ui/use-notify.ts";
import classes from "./firmware.module.css";
import type { FirmwareDetail } from "./types.ts";

/** What is new in it, in the administrators' own words. */
export function FirmwareNotes({ firmware, mayWrite }: { firmware: FirmwareDetail; mayWrite: boolean }) {
  const t = useTranslations("firmware.notes");
  const common = useTranslations("common.actions");
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const notify = useNotify();
  const [draft, setDraft] = useState<string | null>(null);
  const save = useMutation(
    trpc.machines.firmware.update.mutationOptions({
      onSuccess: async () => {
        await queryClient.invalidateQueries(trpc.machines.firmware.pathFilter());
        setDraft(null);
      },
      onError: (error) => notify.failed(t("notSaved"), error),
    }),
  );
  if (draft === null) {
    const edit = (
      <Button variant="default" size="xs" onClick={() => setDraft(firmware.notes)}>
        {t("edit")}
      </Button>
    );
    return (
      <Section title={t("title")} actions={mayWrite && edit}>
        {firmware.notes ? <p className={classes.notes}>{firmware.notes}</p> : <p className={classes.dim}>{t("none")}</p>}
      </Section>
    );
  }
  return (
    <Section title={t("title")}>
      <Textarea aria-label={t("title")} autosize minRows={4} maxRows={20} maxLength={10_000} value={draft} onChange={(event) => setDraft(event.currentTarget.value)} data-autofocus autoFocus />
      <div className={classes.buttons}>
        <Button variant="default" onClick={() => setDraft(null)} disabled={save.isPending}>
          {common("cancel")}
        </Button>
        <Button loading={save.isPending} onClick={() => save.mutate({ id: firmware.id, notes: draft.trim() })}>
          {t("save")}
        </Button>
      </div>
    </Section>
  );
}
