"use client";

import { keepPreviousData, useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTRPC } from "#components/api/trpc.ts";
import { useRealtime, useRoom } from "#components/api/use-live.ts";
import type { ListInput } from "#components/table/list-input.ts";
import type { MachineStatus } from "#shared/machines/states.ts";
import type { TelemetryRange } from "#shared/machines/telemetry.ts";
import { withCounts, withLatest, withReading } from "./live-machine.ts";

/** Whose eyes: the organization's own machines, or all of them. */
export type MachineSide = "customer" | "admin";

/** Of its comings and goings, at a time. */
const CONNECTIONS = 10;

/** The procedures of a side. Both sides answer alike. */
function useMachineProcedures(side: MachineSide) {
  const { machines } = useTRPC();
  const { list, get, telemetry, connections } = machines;
  return side === "admin" ? machines.admin : { list, get, telemetry, connections };
}

/** A page of machines. Readings come by the rooms that the frame has joined (the organization's, or the administrators'). */
export function useMachineList(side: MachineSide, input: ListInput<MachineStatus>) {
  const { list } = useMachineProcedures(side);
  const queryClient = useQueryClient();
  const options = list.queryOptions(input, { placeholderData: keepPreviousData });
  useRealtime("machine.telemetry", ({ machineId, at, metrics }) => {
    queryClient.setQueryData(options.queryKey, (before) => before && { ...before, data: before.data.map((machine) => (machine.id === machineId ? withLatest(machine, { at, metrics }) : machine)) });
  });
  return useQuery(options);
}

/** One machine, live: readings and counts are put in as they come; what changes its state asks for it again (layout/live-sync.tsx). */
export function useMachine(side: MachineSide, id: string) {
  const { get } = useMachineProcedures(side);
  const queryClient = useQueryClient();
  const options = get.queryOptions({ id });
  useRoom(`machine:${id}`);
  useRealtime("machine.telemetry", ({ machineId, at, metrics }) => {
    if (machineId === id) queryClient.setQueryData(options.queryKey, (before) => before && withLatest(before, { at, metrics }));
  });
  useRealtime("machine.stock", ({ machineId, slots }) => {
    if (machineId === id) queryClient.setQueryData(options.queryKey, (before) => before && withCounts(before, slots));
  });
  return useQuery(options);
}

/** A machine's measurements over a range, with each new reading added; every few minutes the whole range is asked for again. */
export function useTelemetry(side: MachineSide, id: string, range: TelemetryRange) {
  const { telemetry } = useMachineProcedures(side);
  const queryClient = useQueryClient();
  const options = telemetry.queryOptions({ id, range }, { refetchInterval: 5 * 60_000, placeholderData: keepPreviousData });
  useRealtime("machine.telemetry", ({ machineId, at, metrics }) => {
    if (machineId === id) queryClient.setQueryData(options.queryKey, (before) => before && withReading(before, { at, metrics }, range));
  });
  return useQuery(options);
}

/** When the machine came and went, newest first. */
export function useConnections(side: MachineSide, id: string) {
  return useInfiniteQuery(useMachineProcedures(side).connections.infiniteQueryOptions({ id, limit: CONNECTIONS }, { getNextPageParam: (page) => page.nextCursor ?? undefined }));
}
