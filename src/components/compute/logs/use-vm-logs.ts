"use client";

import { keepPreviousData, useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { useDebouncedCallback } from "@mantine/hooks";
import { useMemo } from "react";
import { useTRPC } from "#components/api/trpc.ts";
import { useEvents, useRealtime, useRoom } from "#components/api/use-live.ts";
import type { LogLevel, LogSource, VmLogLine } from "#shared/compute/logs.ts";

export interface LogFilter {
  level: LogLevel | null;
  source: LogSource | null;
  search: string;
}

/** Lines at a time. */
const LINES = 200;
/** Messages come in bursts; the log is asked for once in this time. */
const PAUSE_MS = 400;
/** A host is asked for what the guest wrote when somebody looks, so whoever follows looks again and again. What has come is announced like other lines. */
const LOOK_MS = 3_000;

export function logInput(id: string, filter: LogFilter) {
  return { id, ...(filter.level ? { level: filter.level } : {}), ...(filter.source ? { source: filter.source } : {}), ...(filter.search ? { search: filter.search } : {}) };
}

/** A VM's log from its end backwards; while it is followed, new lines come by themselves. */
export function useVmLogs(id: string, filter: LogFilter, followed: boolean) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const options = trpc.compute.vms.logs.infiniteQueryOptions(
    { ...logInput(id, filter), lines: LINES },
    { getNextPageParam: (page) => page.nextCursor ?? undefined, placeholderData: keepPreviousData },
  );
  const refresh = useDebouncedCallback(() => void queryClient.invalidateQueries({ queryKey: options.queryKey }), PAUSE_MS);
  const onNews = (vmId: string) => {
    if (followed && vmId === id) refresh();
  };
  useRoom(`vm:${id}`);
  useEvents(["vm.status.changed"], (event) => onNews(event.subject));
  useEvents(["operation.progress"], (event) => onNews(event.data.subjectId));
  useRealtime("vm.log", ({ vmId }) => onNews(vmId));
  useQuery({ ...trpc.compute.vms.logs.queryOptions({ id, source: "serial", lines: 1 }), enabled: followed, refetchInterval: LOOK_MS });
  const query = useInfiniteQuery(options);
  // Pages go back in time; within each the oldest comes first.
  const lines = useMemo<VmLogLine[] | undefined>(() => query.data?.pages.toReversed().flatMap((page) => page.logs), [query.data]);
  return { ...query, lines };
}
