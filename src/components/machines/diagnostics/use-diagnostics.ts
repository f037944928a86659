"use client";

import { keepPreviousData, useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useDebouncedCallback } from "@mantine/hooks";
import { useTranslations } from "next-intl";
import { useMemo } from "react";
import { useTRPC } from "#components/api/trpc.ts";
import { useEvents, useRealtime } from "#components/api/use-live.ts";
import { useNotify } from "#components/ui/use-notify.ts";
import type { MachineLogLevel } from "#shared/machines/diagnostics.ts";
import type { MachineSide } from "../use-machines.ts";

export interface MachineLogFilter {
  level: MachineLogLevel;
  source: "log" | "event" | null;
  search: string;
}

const COMMANDS = 10;
const LINES = 200;
/** Messages come in bursts; what they change is asked for once in this time. */
const PAUSE_MS = 400;

function useProcedures(side: MachineSide) {
  const { machines } = useTRPC();
  return side === "admin" ? machines.admin : { commands: machines.commands, diagnostics: machines.diagnostics };
}

/** How a machine is; asked for again when it says something of itself. */
export function useHealth(side: MachineSide, id: string) {
  const queryClient = useQueryClient();
  const options = useProcedures(side).diagnostics.get.queryOptions({ id });
  const refresh = useDebouncedCallback(() => void queryClient.invalidateQueries({ queryKey: options.queryKey }), PAUSE_MS);
  const onNews = (machineId: string) => {
    if (machineId === id) refresh();
  };
  useRealtime("machine.log", ({ machineId }) => onNews(machineId));
  useRealtime("machine.telemetry", ({ machineId }) => onNews(machineId));
  useEvents(["machine.online", "machine.offline"], (event) => onNews(event.subject));
  return useQuery(options);
}

/** What a machine was told, newest first; states change as they are announced. */
export function useCommands(side: MachineSide, id: string) {
  const queryClient = useQueryClient();
  const options = useProcedures(side).commands.list.infiniteQueryOptions({ id, limit: COMMANDS }, { getNextPageParam: (page) => page.nextCursor ?? undefined });
  useEvents(["machine.command.changed"], (event) => {
    if (event.subject === id) void queryClient.invalidateQueries({ queryKey: options.queryKey });
  });
  return useInfiniteQuery(options);
}

/** Tells the machine to do something; what becomes of it stands in its commands. */
export function useIssueCommand(side: MachineSide) {
  const t = useTranslations("diagnostics.commands");
  const notify = useNotify();
  const queryClient = useQueryClient();
  const { commands } = useProcedures(side);
  return useMutation(
    commands.issue.mutationOptions({
      onError: (error) => notify.failed(t("issueFailed"), error),
      onSettled: () => queryClient.invalidateQueries(commands.list.pathFilter()),
    }),
  );
}

/** A machine's log from its end backwards; while it is followed, new lines come by themselves. */
export function useMachineLog(side: MachineSide, id: string, { level, source, search }: MachineLogFilter, followed: boolean) {
  const queryClient = useQueryClient();
  const options = useProcedures(side).diagnostics.log.infiniteQueryOptions(
    { id, level, limit: LINES, ...(source ? { source } : {}), ...(search ? { search } : {}) },
    { getNextPageParam: (page) => page.nextCursor ?? undefined, placeholderData: keepPreviousData },
  );
  const refresh = useDebouncedCallback(() => void queryClient.invalidateQueries({ queryKey: options.queryKey }), PAUSE_MS);
  useRealtime("machine.log", ({ machineId }) => {
    if (followed && machineId === id) refresh();
  });
  const query = useInfiniteQuery(options);
  // The newest comes first over the wire, and stands at the end.
  const lines = useMemo(() => query.data?.pages.flatMap((page) => page.data).toReversed(), [query.data]);
  return { ...query, lines };
}
