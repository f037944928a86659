"use client";

import { Button } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useFormatter, useLocale, useTranslations } from "next-intl";
import { useState } from "react";
import { useTRPC } from "#components/api/trpc.ts";
import { useViewer } from "#components/layout/viewer-context.tsx";
import { ConfirmDialog } from "#components/ui/confirm-dialog.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { Notice } from "#components/ui/notice.tsx";
import { saveFile } from "#components/ui/save-file.ts";
import { Section } from "#components/ui/section.tsx";
import classes from "./batches.module.css";
import type { Batch } from "./types.ts";

/** Tokens are made when somebody asks for the labels, and are in these files alone: leaving the page loses them. Asking again makes the earlier ones worthless, so that asks first. */
export function BatchLabels({ batch }: { batch: Batch }) {
  const t = useTranslations("batches.labels");
  const locale = useLocale();
  const format = useFormatter();
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const mayIssue = useViewer().me.permissions.includes("platform:machines:write");
  const [asking, setAsking] = useState(false);
  const issue = useMutation(
    trpc.machines.admin.batches.issue.mutationOptions({
      onSuccess: async () => {
        setAsking(false);
        await queryClient.invalidateQueries(trpc.machines.admin.batches.pathFilter());
      },
    }),
  );
  const make = (): void => issue.mutate({ id: batch.id, language: locale === "ko" ? "ko" : "en" });
  const open = batch.machines - batch.claimed;
  if (!mayIssue) return null;
  return (
    <Section title={t("title")} description={t("text")}>
      {issue.data ? (
        <Notice tone="ok" title={t("made", { count: issue.data.count })}>
          {t("madeText", { until: format.dateTime(new Date(issue.data.expiresAt), { dateStyle: "medium" }) })}
          <ul className={classes.files}>
            {issue.data.files.map((file) => (
              <li key={file.fileName}>
                <Button size="xs" variant={file.contentType === "application/pdf" ? "filled" : "default"} leftSection={<IconDownload size={14} aria-hidden />} onClick={() => saveFile(file)}>
                  {file.fileName}
                </Button>
              </li>
            ))}
          </ul>
        </Notice>
      ) : (
        <div className={classes.buttons}>
          <Button disabled={open === 0} loading={issue.isPending} onClick={() => (batch.labelled > 0 ? setAsking(true) : make())} variant={batch.labelled > 0 ? "default" : "filled"}>
            {t(batch.labelled > 0 ? "again" : "make")}
          </Button>
          <span className={classes.dim}>{open === 0 ? t("allClaimed") : batch.labelled > 0 ? t("madeBefore", { count: batch.labelled }) : t("for", { count: open })}</span>
        </div>
      )}
      {issue.error && !asking ? <ErrorState error={issue.error} title={t("notMade")} compact /> : null}
      <ConfirmDialog opened={asking} onClose={() => setAsking(false)} title={t("againTitle", { count: open })} confirmLabel={t("again")} onConfirm={make} danger pending={issue.isPending} error={issue.error}>
        {t("againText", { count: batch.labelled })}
      </ConfirmDialog>
    </Section>
  );
}
