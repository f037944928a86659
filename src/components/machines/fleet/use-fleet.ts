"use client";

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { useTRPC } from "#components/api/trpc.ts";
import { useEvents } from "#components/api/use-live.ts";
import type { MachineSide } from "../use-machines.ts";
import { withStatus } from "./fleet.ts";

/** A fleet that changes all the time is asked for anew at most this often. */
const AGAIN_MS = 3_000;

function useFleetOptions(side: MachineSide, organizationId: string | null) {
  const { machines } = useTRPC();
  // Both sides answer alike; as a union the compiler would compare all their types at each call. The customers' asks for nothing and leaves the input unread.
  const { fleet } = side === "admin" ? machines.admin : (machines as unknown as typeof machines.admin);
  return { options: fleet.queryOptions(side === "admin" && organizationId !== null ? { organizationId } : {}), filter: fleet.pathFilter() };
}

/** All machines, each with no more than a map needs; an administrator's of one organization, or (null) of all. */
export function useFleet(side: MachineSide, organizationId: string | null) {
  return useQuery(useFleetOptions(side, organizationId).options);
}

/** The same, live: who comes and goes is put in at once; for what else happens to machines they are asked for again, all at once and not at each event. */
export function useLiveFleet(side: MachineSide, organizationId: string | null) {
  const queryClient = useQueryClient();
  const { options, filter } = useFleetOptions(side, organizationId);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const askAgain = () => {
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      void queryClient.invalidateQueries(filter);
    }, AGAIN_MS);
  };
  useEvents(["machine.online", "machine.offline"], ({ type, data }) => {
    queryClient.setQueryData(options.queryKey, (before) => before && { ...before, data: withStatus(before.data, data.machineId, type === "machine.online" ? "online" : "offline") });
    // An answer on its way may be from before.
    if (queryClient.isFetching(filter) > 0) askAgain();
  });
  useEvents(["machine.created", "machine.updated", "machine.claimed", "machine.decommissioned", "alert.fired", "alert.acknowledged", "alert.resolved"], askAgain);
  return useQuery(options);
}
