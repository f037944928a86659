"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useTRPC } from "#components/api/trpc.ts";
import { ConfirmDialog } from "#components/ui/confirm-dialog.tsx";
import { useNotify } from "#components/ui/use-notify.ts";
import { HostError } from "./host-error.tsx";
import type { Finding } from "./types.ts";

/** Destroys a found VM on its host, after its name was typed. Null closes it. */
export function RemoveFindingDialog({ finding, onClose }: { finding: Finding | null; onClose: () => void }) {
  const t = useTranslations("hosts.findings");
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const notify = useNotify();
  const name = finding?.details.name ?? finding?.ref ?? "";
  const remove = useMutation(
    trpc.compute.hosts.remove.mutationOptions({
      onSuccess: () => {
        notify.done(t("removed", { name }));
        onClose();
      },
      onSettled: () => void queryClient.invalidateQueries(trpc.compute.hosts.pathFilter()),
    }),
  );
  return (
    <ConfirmDialog
      opened={finding !== null}
      onClose={() => {
        remove.reset();
        onClose();
      }}
      title={t("removeTitle", { name })}
      confirmLabel={t("removeConfirm")}
      typeName={name}
      danger
      pending={remove.isPending}
      onConfirm={() => finding && remove.mutate({ id: finding.id, confirm: name })}
    >
      {t("removeText", { host: finding?.hostName ?? "" })}
      {remove.error && <HostError error={remove.error} title={t("removeFailed")} />}
    </ConfirmDialog>
  );
}
