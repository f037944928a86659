"use client";

import { skipToken, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useTRPC } from "#components/api/trpc.ts";
import { useEvents } from "#components/api/use-live.ts";
import { useNotify } from "#components/ui/use-notify.ts";
import type { MachineSide } from "../use-machines.ts";

function useProcedures(side: MachineSide) {
  const { machines } = useTRPC();
  const { credentials, decommission } = side === "admin" ? machines.admin : machines;
  return { credentials, decommission };
}

/** Gives a machine a new password. What becomes of it stands in its commands. */
export function useRotate(side: MachineSide) {
  const t = useTranslations("diagnostics.removal.rotate");
  const notify = useNotify();
  return useMutation(useProcedures(side).credentials.rotate.mutationOptions({ onSuccess: () => notify.done(t("done")), onError: (error) => notify.failed(t("failed"), error) }));
}

/** Locks a machine's device out. */
export function useRevoke(side: MachineSide, onDone: () => void) {
  const t = useTranslations("diagnostics.removal.revoke");
  const notify = useNotify();
  const { machines } = useTRPC();
  const queryClient = useQueryClient();
  return useMutation(
    useProcedures(side).credentials.revoke.mutationOptions({
      onSuccess() {
        notify.done(t("done"));
        onDone();
        void queryClient.invalidateQueries(machines.pathFilter());
      },
    }),
  );
}

/** What stands in the way and what ends; asked for while the dialog is open. */
export function useDecommissionCheck(side: MachineSide, id: string, asking: boolean) {
  return useQuery(useProcedures(side).decommission.check.queryOptions(asking ? { id } : skipToken, { staleTime: 0, gcTime: 0 }));
}

/** Takes a machine out of service. */
export function useDecommission(side: MachineSide, onDone: () => void) {
  const { machines } = useTRPC();
  const queryClient = useQueryClient();
  return useMutation(
    useProcedures(side).decommission.run.mutationOptions({
      onSuccess() {
        onDone();
        void queryClient.invalidateQueries(machines.pathFilter());
      },
    }),
  );
}

/** When a machine was taken out of service and its archive, which comes a little later. */
export function useArchive(side: MachineSide, id: string) {
  const queryClient = useQueryClient();
  const options = useProcedures(side).decommission.archive.queryOptions({ id });
  useEvents(["machine.updated"], (event) => {
    if (event.subject === id) void queryClient.invalidateQueries({ queryKey: options.queryKey });
  });
  return useQuery(options);
}
