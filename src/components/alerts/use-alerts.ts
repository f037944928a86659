"use client";

import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useTRPC } from "#components/api/trpc.ts";
import { useViewer } from "#components/layout/viewer-context.tsx";
import { useNotify } from "#components/ui/use-notify.ts";
import type { AlertListInput } from "./alert-input.ts";
import type { AlertSide } from "./types.ts";

/** The procedures of a side. Both answer alike. */
export function useAlertProcedures(side: AlertSide) {
  const { machines } = useTRPC();
  return side === "admin" ? machines.admin.alerts : machines.alerts;
}

/** Whether somebody may look after alerts and change rules on this side. */
export function useMayAlert(side: AlertSide): boolean {
  const { me, organization } = useViewer();
  return side === "admin" ? me.permissions.includes("platform:machines:write") : organization.permissions.includes("machine:alerts");
}

export function useAlertList(side: AlertSide, input: AlertListInput) {
  return useQuery(useAlertProcedures(side).list.queryOptions(input, { placeholderData: keepPreviousData }));
}

export function useRules(side: AlertSide) {
  return useQuery(useAlertProcedures(side).rules.queryOptions());
}

/** What is done to alerts, mutes and rules; afterwards all that is shown of them is asked for again. */
export function useAlertActions(side: AlertSide) {
  const t = useTranslations("alerts.done");
  const procedures = useAlertProcedures(side);
  const queryClient = useQueryClient();
  const notify = useNotify();
  const onSettled = () => void queryClient.invalidateQueries(procedures.pathFilter());
  const options = (done: string, failed: string) => ({ onSuccess: () => notify.done(done), onError: (error: unknown) => notify.failed(failed, error), onSettled });
  return {
    acknowledge: useMutation(procedures.acknowledge.mutationOptions(options(t("acknowledged"), t("failed")))),
    acknowledgeMany: useMutation(procedures.acknowledgeMany.mutationOptions({ ...options("", t("failed")), onSuccess: ({ acknowledged }) => notify.done(t("acknowledgedMany", { count: acknowledged })) })),
    resolve: useMutation(procedures.resolve.mutationOptions(options(t("resolved"), t("failed")))),
    mute: useMutation(procedures.mute.mutationOptions(options(t("muted"), t("failed")))),
    unmute: useMutation(procedures.unmute.mutationOptions(options(t("unmuted"), t("failed")))),
    enable: useMutation(procedures.enableRule.mutationOptions({ onError: (error) => notify.failed(t("failed"), error), onSettled })),
    remove: useMutation(procedures.deleteRule.mutationOptions(options(t("deleted"), t("failed")))),
  };
}
