"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useTRPC } from "#components/api/trpc.ts";
import { ConfirmDialog } from "#components/ui/confirm-dialog.tsx";
import { useNotify } from "#components/ui/use-notify.ts";
import type { Snapshot, VmDetail } from "../types.ts";
import { ReasonedButton } from "../vm/reasoned-button.tsx";
import { useWhyNot } from "../vm/use-why-not.ts";
import classes from "../copies/copies.module.css";

/** Going back to a snapshot and deleting it; both ask first. */
export function SnapshotActions({ vm, snapshot }: { vm: VmDetail; snapshot: Snapshot }) {
  const t = useTranslations("changes.snapshots");
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const notify = useNotify();
  const whyNot = useWhyNot(vm);
  const [asked, setAsked] = useState<"restore" | "delete" | null>(null);
  const options = {
    onError: (error: unknown) => notify.failed(t("refused"), error),
    onSettled: () => {
      setAsked(null);
      void queryClient.invalidateQueries(trpc.compute.pathFilter());
    },
  };
  const restore = useMutation(trpc.compute.snapshots.restore.mutationOptions(options));
  const remove = useMutation(trpc.compute.snapshots.delete.mutationOptions(options));
  const input = { id: vm.id, snapshotId: snapshot.id };
  const ready = snapshot.status === "ready";
  const words = { name: vm.name, snapshot: snapshot.name };
  return (
    <span className={classes.actions}>
      <ReasonedButton size="compact-xs" variant="default" disabled={!ready} why={whyNot("snapshot_restore", "vm:snapshot")} aria-label={t("restoreNamed", { name: snapshot.name })} onClick={() => setAsked("restore")}>
        {t("restore")}
      </ReasonedButton>
      <ReasonedButton size="compact-xs" variant="default" disabled={!ready} why={whyNot("snapshot_delete", "vm:snapshot")} aria-label={t("deleteNamed", { name: snapshot.name })} onClick={() => setAsked("delete")}>
        {t("delete")}
      </ReasonedButton>
      <ConfirmDialog
        opened={asked !== null}
        onClose={() => setAsked(null)}
        title={asked === "delete" ? t("askDelete", words) : t("askRestore", words)}
        confirmLabel={t(asked === "delete" ? "delete" : "restore")}
        onConfirm={() => (asked === "delete" ? remove : restore).mutate(input)}
        pending={restore.isPending || remove.isPending}
        danger
      >
        {t(asked === "delete" ? "deleteText" : "restoreText")}
      </ConfirmDialog>
    </span>
  );
}
