"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useTRPC } from "#components/api/trpc.ts";
import { useNotify } from "#components/ui/use-notify.ts";
import { TakeCopyDialog } from "../copies/take-copy-dialog.tsx";
import type { VmDetail } from "../types.ts";

/** Names a backup and takes it. */
export function TakeBackupDialog({ vm, opened, onClose }: { vm: VmDetail; opened: boolean; onClose: () => void }) {
  const t = useTranslations("backups");
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const notify = useNotify();
  const take = useMutation(
    trpc.compute.backups.take.mutationOptions({
      onSuccess: () => {
        notify.done(t("taking"));
        onClose();
        void queryClient.invalidateQueries(trpc.compute.pathFilter());
      },
    }),
  );
  const close = () => {
    take.reset();
    onClose();
  };
  return (
    <TakeCopyDialog
      opened={opened}
      onClose={close}
      title={t("takeTitle", { name: vm.name })}
      note={t(vm.status === "running" ? "noteRunning" : "noteStopped")}
      label={t("take")}
      onTake={(name) => take.mutate({ id: vm.id, name })}
      pending={take.isPending}
      error={take.error}
    />
  );
}
