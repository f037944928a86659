"use client";

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useTRPC } from "#components/api/trpc.ts";
import { useRealtime, useRoom } from "#components/api/use-live.ts";
import { type MetricsRange, withSample } from "./live-series.ts";

/** A VM's usage over a range, with each new sample added as it comes; once a few minutes the whole range is asked for again. */
export function useVmMetrics(id: string, range: MetricsRange) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const input = { id, range };
  useRoom(`vm:${id}`);
  useRealtime("vm.metrics", ({ vmId, ...sample }) => {
    if (vmId === id) queryClient.setQueryData(trpc.compute.vms.metrics.queryKey(input), (before) => before && withSample(before, sample, range));
  });
  return useQuery(trpc.compute.vms.metrics.queryOptions(input, { refetchInterval: 5 * 60_000, placeholderData: (before) => before }));
}
