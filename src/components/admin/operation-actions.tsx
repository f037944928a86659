"use client";

import { Button, Group } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useTRPC } from "#components/api/trpc.ts";
import type { Operation } from "#components/compute/types.ts";
import { useViewer } from "#components/layout/viewer-context.tsx";
import { ConfirmDialog } from "#components/ui/confirm-dialog.tsx";
import { useNotify } from "#components/ui/use-notify.ts";
import { operationIsOver } from "#shared/compute/states.ts";

/** Cancel, try again, and give up the host of what cannot be undone there. */
export function OperationActions({ operation }: { operation: Operation }) {
  const t = useTranslations("admin.operations");
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const notify = useNotify();
  const [asking, setAsking] = useState(false);
  const options = {
    onSuccess: () => notify.done(t("done")),
    onError: (error: unknown) => notify.failed(t("failed"), error),
    onSettled: () => {
      setAsking(false);
      void queryClient.invalidateQueries(trpc.compute.admin.pathFilter());
    },
  };
  const cancel = useMutation(trpc.compute.admin.cancelOperation.mutationOptions(options));
  const retry = useMutation(trpc.compute.admin.retryOperation.mutationOptions(options));
  const giveUp = useMutation(trpc.compute.admin.giveUpOperation.mutationOptions(options));
  const canGiveUp = operation.compensating && !operationIsOver(operation.status);
  const pending = cancel.isPending || retry.isPending || giveUp.isPending;
  const input = { id: operation.id };
  if (!useViewer().me.permissions.includes("platform:operations:control") || !(operation.cancellable || operation.retryable || canGiveUp)) return null;
  return (
    <Group gap="xs">
      {operation.retryable && (
        <Button size="xs" loading={pending} onClick={() => retry.mutate(input)}>
          {t("retry")}
        </Button>
      )}
      {operation.cancellable && (
        <Button size="xs" variant="default" loading={pending} onClick={() => cancel.mutate(input)}>
          {t("cancel")}
        </Button>
      )}
      {canGiveUp && (
        <Button size="xs" color="red" variant="outline" loading={pending} onClick={() => setAsking(true)}>
          {t("giveUp")}
        </Button>
      )}
      <ConfirmDialog
        opened={asking}
        onClose={() => setAsking(false)}
        title={t("askGiveUp", { name: operation.subjectName })}
        confirmLabel={t("giveUp")}
        onConfirm={() => giveUp.mutate(input)}
        pending={giveUp.isPending}
        typeName={operation.subjectName}
        danger
      >
        {t("giveUpText")}
      </ConfirmDialog>
    </Group>
  );
}
