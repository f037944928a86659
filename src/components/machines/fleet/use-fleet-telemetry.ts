"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useTRPC } from "#components/api/trpc.ts";
import type { TelemetryRange } from "#shared/machines/telemetry.ts";
import type { MachineSide } from "../use-machines.ts";

const AGAIN_MS = 60_000;

/** A fleet over time, asked for again each minute; an administrator's of one organization, or (null) of all. */
export function useFleetTelemetry(side: MachineSide, organizationId: string | null, range: TelemetryRange) {
  const { machines } = useTRPC();
  const options = { refetchInterval: AGAIN_MS, placeholderData: keepPreviousData };
  const own = useQuery({ ...machines.fleetTelemetry.queryOptions({ range }, options), enabled: side === "customer" });
  const any = useQuery({ ...machines.admin.fleetTelemetry.queryOptions({ range, organizationId }, options), enabled: side === "admin" });
  return side === "admin" ? any : own;
}
