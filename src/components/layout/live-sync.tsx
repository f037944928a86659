"use client";

import { type QueryFilters, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { EVENT_TYPES } from "#components/api/event-types.ts";
import { useTRPC } from "#components/api/trpc.ts";
import { useEvents, useRoom } from "#components/api/use-live.ts";
import { useViewer } from "./viewer-context.tsx";

const BATCH_MS = 150;

/**
 * Keeps every list and detail on screen fresh: an event asks again for the queries that it concerns. Pages need nothing for this; only what is finer
 * (progress bars, metrics, telemetry) listens by itself.
 */
export function LiveSync({ admin }: { admin: boolean }) {
  const { organization } = useViewer();
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const pending = useRef(new Map<string, QueryFilters>());
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useRoom(`org:${organization.id}`);
  useRoom(admin ? "admin" : null);
  useEffect(() => () => clearTimeout(timer.current), []);

  const stale = (filters: QueryFilters[]) => {
    for (const filter of filters) pending.current.set(JSON.stringify(filter.queryKey), filter);
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      const batch = [...pending.current.values()];
      pending.current.clear();
      for (const filter of batch) void queryClient.invalidateQueries(filter);
    }, BATCH_MS);
  };

  useEvents(EVENT_TYPES, (event) => {
    const [domain] = event.type.split(".");
    if (domain === "credits") stale([trpc.billing.pathFilter(), trpc.payments.pathFilter()]);
    if (domain === "statement") stale([trpc.statements.pathFilter()]);
    if (domain === "prices") stale([trpc.billing.pathFilter(), trpc.compute.catalog.pathFilter(), trpc.compute.vms.get.pathFilter()]);
    if (domain === "project") stale([trpc.compute.projects.pathFilter()]);
    if (domain === "vm") stale([trpc.compute.vms.list.pathFilter(), trpc.compute.vms.get.pathFilter(), trpc.compute.snapshots.pathFilter(), trpc.compute.backups.pathFilter(), trpc.compute.projects.pathFilter(), trpc.platform.vms.pathFilter()]);
    if (domain === "host") stale([trpc.compute.hosts.pathFilter()]);
    if (domain === "operation") stale([trpc.compute.operations.pathFilter(), trpc.compute.admin.pathFilter()]);
    // A backup may have no VM any more whose events would tell of it.
    if (event.type === "operation.progress" && event.data.kind.startsWith("backup.")) stale([trpc.compute.backups.pathFilter()]);
    // A machine's alerts follow from its events; rules and mutes are asked for again by whoever changes them.
    if (domain === "alert") stale([trpc.machines.alerts.pathFilter(), trpc.machines.admin.alerts.pathFilter()]);
    if (domain === "machine") stale([trpc.machines.list.pathFilter(), trpc.machines.get.pathFilter(), trpc.machines.connections.pathFilter(), trpc.machines.admin.list.pathFilter(), trpc.machines.admin.get.pathFilter(), trpc.machines.admin.drafts.pathFilter(), trpc.machines.admin.connections.pathFilter(), trpc.machines.planogram.pathFilter(), trpc.machines.stock.pathFilter(), trpc.machines.refills.pathFilter(), trpc.machines.assortment.pathFilter(), trpc.machines.admin.planogram.pathFilter(), trpc.machines.admin.stock.pathFilter(), trpc.machines.admin.refills.pathFilter(), trpc.machines.admin.assortment.pathFilter()]);
    if (domain === "order") stale([trpc.machines.orders.pathFilter(), trpc.machines.admin.orders.pathFilter()]);
    if (domain === "firmware" || domain === "rollout") stale([trpc.machines.updates.pathFilter(), trpc.machines.admin.updates.pathFilter(), ...(admin ? [trpc.machines.firmware.pathFilter()] : [])]);
    if (admin) stale([trpc.platform.overview.pathFilter()]);
  });
  return null;
}
