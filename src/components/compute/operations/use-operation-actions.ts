"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useTRPC } from "#components/api/trpc.ts";
import { useViewer } from "#components/layout/viewer-context.tsx";
import { useNotify } from "#components/ui/use-notify.ts";
import type { Operation } from "../types.ts";

/** Cancel and retry of one operation, with whether each is offered now to who looks. */
export function useOperationActions(operation: Operation) {
  const t = useTranslations("vm.operation");
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const notify = useNotify();
  const allowed = useViewer().organization.permissions.includes("operation:control");
  const onSuccess = (answer: Operation) => {
    queryClient.setQueryData(trpc.compute.operations.get.queryKey({ id: answer.id }), answer);
    void queryClient.invalidateQueries(trpc.compute.pathFilter());
  };
  const cancel = useMutation(trpc.compute.operations.cancel.mutationOptions({ onSuccess, onError: (error) => notify.failed(t("cancelFailed"), error) }));
  const retry = useMutation(trpc.compute.operations.retry.mutationOptions({ onSuccess, onError: (error) => notify.failed(t("retryFailed"), error) }));
  return {
    canCancel: allowed && operation.cancellable,
    canRetry: allowed && operation.retryable,
    cancel: () => cancel.mutate({ id: operation.id }),
    retry: () => retry.mutate({ id: operation.id }),
    pending: cancel.isPending || retry.isPending,
  };
}
