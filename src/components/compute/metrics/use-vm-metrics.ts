"use client";

import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";
import { useTRPCClient } from "#components/api/trpc.ts";
import { useRealtime, useRoom } from "#components/api/use-live.ts";
import { withSample } from "./live-series.ts";
import { metricsKey } from "./metrics-key.ts";
import { METRIC_SECONDS, type VmMetricsView } from "./metrics-view.ts";
import { type Reading, readingOf } from "./readings.ts";

const REFRESH_MS = 2 * 60_000;
/** Longer ranges have buckets in which a single sample is nothing. */
const LIVE_UP_TO_MS = 24 * 3_600_000;

/** A VM's usage over the last `rangeMs`, with each new sample added as it comes; every few minutes the whole range is asked for again. */
export function useVmMetrics(id: string, rangeMs: number) {
  const client = useTRPCClient();
  const queryClient = useQueryClient();
  const queryKey = metricsKey(id, rangeMs);
  useRoom(`vm:${id}`);
  useRealtime("vm.metrics", ({ vmId, ...sample }) => {
    if (vmId === id && rangeMs <= LIVE_UP_TO_MS) queryClient.setQueryData<VmMetricsView>(queryKey, (before) => before && withSample(before, sample, rangeMs));
  });
  const query = useQuery({
    queryKey,
    queryFn: () => client.compute.vms.metrics.query({ id, from: new Date(Date.now() - rangeMs).toISOString() }),
    refetchInterval: REFRESH_MS,
    placeholderData: keepPreviousData,
  });
  return { ...query, ...useReadings(query.data) };
}

/** A VM's usage over a stretch of the past; null asks for nothing. */
export function usePastMetrics(id: string, span: { from: number; to: number } | null) {
  const client = useTRPCClient();
  const query = useQuery({
    queryKey: ["vm-metrics", id, span],
    queryFn: () => client.compute.vms.metrics.query({ id, from: new Date(span?.from ?? 0).toISOString(), to: new Date(span?.to ?? 0).toISOString() }),
    enabled: span !== null,
    placeholderData: keepPreviousData,
  });
  return { ...query, ...useReadings(span === null ? undefined : query.data) };
}

function useReadings(view: VmMetricsView | undefined): { readings: Reading[] | undefined; bucketMs: number } {
  const readings = useMemo(() => view?.series.map(readingOf), [view]);
  return { readings, bucketMs: METRIC_SECONDS[view?.interval ?? "1m"] * 1_000 };
}
