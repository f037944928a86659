"use client";

import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { errorBodyOf } from "#components/api/errors.ts";
import { useTRPC } from "#components/api/trpc.ts";
import { useRealtime } from "#components/api/use-live.ts";
import { useViewer } from "#components/layout/viewer-context.tsx";
import { useNotify } from "#components/ui/use-notify.ts";
import type { MachineSide } from "../use-machines.ts";

const MOVEMENTS = 20;

/** The procedures of a side. */
export function useStockProcedures(side: MachineSide) {
  const { machines } = useTRPC();
  const { planogram, stock, refills } = machines;
  const own = { planogram, stock, refills };
  // Both sides have the same inputs and outputs (the routers stand beside each other); as a union the compiler would compare all their types at each call.
  return side === "admin" ? (machines.admin as unknown as typeof own) : own;
}

/** What the viewer may do with a machine's slots and stock. */
export function useStockRights(side: MachineSide): { configure: boolean; stock: boolean } {
  const { me, organization } = useViewer();
  if (side === "admin") {
    const may = me.permissions.includes("platform:machines:write");
    return { configure: may, stock: may };
  }
  return { configure: organization.permissions.includes("machine:configure"), stock: organization.permissions.includes("machine:stock") };
}

/** A machine's slots with their settings; counts are put in as its device reports them. */
export function usePlanogram(side: MachineSide, id: string) {
  const queryClient = useQueryClient();
  const options = useStockProcedures(side).planogram.get.queryOptions({ id });
  useRealtime("machine.stock", ({ machineId, slots }) => {
    if (machineId !== id) return;
    const counts = new Map(slots.map(({ slot, count }) => [slot, count]));
    queryClient.setQueryData(options.queryKey, (before) => before && { ...before, slots: before.slots.map((slot) => ({ ...slot, count: counts.get(slot.code) ?? slot.count })) });
  });
  return useQuery(options);
}

/** What the machine should have against what it says that it has. */
export function useConfiguration(side: MachineSide, id: string) {
  return useQuery(useStockProcedures(side).planogram.configuration.queryOptions({ id }));
}

/** How long what is in the slots lasts. */
export function useCover(side: MachineSide, id: string) {
  return useQuery(useStockProcedures(side).stock.overview.queryOptions({ id }, { refetchInterval: 5 * 60_000 }));
}

/** Why the counts are what they are, newest first; of one slot when asked. */
export function useMovements(side: MachineSide, id: string, slot: string | null) {
  const input = { id, limit: MOVEMENTS, ...(slot === null ? {} : { slot }) };
  return useInfiniteQuery(useStockProcedures(side).stock.movements.infiniteQueryOptions(input, { getNextPageParam: (page) => page.nextCursor ?? undefined }));
}

/** Saves an edit of the slots. `onStale`: somebody else was faster. */
export function useSavePlanogram(side: MachineSide, callbacks: { onSaved: () => void; onStale: () => void }) {
  const t = useTranslations("stock.editor");
  const notify = useNotify();
  const queryClient = useQueryClient();
  const { planogram } = useStockProcedures(side);
  return useMutation(
    planogram.save.mutationOptions({
      onSuccess: (saved) => {
        queryClient.setQueryData(planogram.get.queryKey({ id: saved.machineId }), saved);
        void queryClient.invalidateQueries(planogram.configuration.pathFilter());
        callbacks.onSaved();
        notify.done(t("saved"));
      },
      onError: (error) => {
        if (errorBodyOf(error)?.reason === "stale") {
          void queryClient.invalidateQueries(planogram.get.pathFilter());
          callbacks.onStale();
        } else notify.failed(t("failed"), error);
      },
    }),
  );
}

/** Says what is in a slot. */
export function useAdjust(side: MachineSide, onDone: () => void) {
  const t = useTranslations("stock.slot");
  const notify = useNotify();
  const queryClient = useQueryClient();
  const { planogram, stock } = useStockProcedures(side);
  return useMutation(
    stock.adjust.mutationOptions({
      onSuccess: ({ slots }) => {
        void queryClient.invalidateQueries(planogram.get.pathFilter());
        void queryClient.invalidateQueries(stock.pathFilter());
        const [slot] = slots;
        if (slot) notify.done(t("recorded", { code: slot.slot, count: slot.after }));
        onDone();
      },
      onError: (error) => notify.failed(t("notRecorded"), error),
    }),
  );
}
