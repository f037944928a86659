"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useFormatter, useTranslations } from "next-intl";
import { useTRPC } from "#components/api/trpc.ts";
import { ConfirmDialog } from "#components/ui/confirm-dialog.tsx";
import type { Backup } from "../types.ts";
import classes from "./backups.module.css";

interface BackupQuestionProps {
  backup: Backup;
  /** null: nothing is asked */
  asked: "restore" | "delete" | null;
  onClose: () => void;
  /** a restoration has begun; a deletion shows in the list itself */
  onRestoring?: (operationId: string) => void;
}

/** Asks before a VM is put back to a backup, and before a backup is deleted: what is lost by it. Then does it. */
export function BackupQuestion({ backup, asked, onClose, onRestoring }: BackupQuestionProps) {
  const t = useTranslations("backups");
  const format = useFormatter();
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const close = () => {
    restore.reset();
    remove.reset();
    onClose();
  };
  const onSettled = () => void queryClient.invalidateQueries(trpc.compute.pathFilter());
  const restore = useMutation(
    trpc.compute.backups.restore.mutationOptions({
      onSuccess: ({ operationId }) => {
        close();
        onRestoring?.(operationId);
      },
      onSettled,
    }),
  );
  const remove = useMutation(trpc.compute.backups.delete.mutationOptions({ onSuccess: close, onSettled }));
  const deleting = asked === "delete";
  const at = format.dateTime(new Date(backup.createdAt), { dateStyle: "medium", timeStyle: "short" });
  return (
    <ConfirmDialog
      opened={asked !== null}
      onClose={close}
      title={deleting ? t("askDelete", { name: backup.name }) : t("askRestore", { vm: backup.vmName, name: backup.name })}
      confirmLabel={t(deleting ? "delete" : "restore")}
      onConfirm={() => (deleting ? remove : restore).mutate({ id: backup.id })}
      pending={restore.isPending || remove.isPending}
      error={(deleting ? remove : restore).error}
      danger
    >
      <p className={classes.text}>{deleting ? t(backup.vmGone ? "deleteGoneText" : "deleteText") : t("restoreLoss", { at })}</p>
      {!deleting && <p className={classes.text}>{t("restoreStops")}</p>}
    </ConfirmDialog>
  );
}
