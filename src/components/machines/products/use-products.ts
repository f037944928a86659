"use client";

import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { parseAsString, useQueryState } from "nuqs";
import { useTRPC, useTRPCClient } from "#components/api/trpc.ts";
import { useViewer } from "#components/layout/viewer-context.tsx";
import type { ListInput } from "#components/table/list-input.ts";
import type { PriceChangeInput } from "#shared/machines/price-changes.ts";
import type { PRODUCT_STATUSES } from "#shared/machines/products.ts";
import type { MachineSide } from "../use-machines.ts";

/** The procedures of a side. */
export function useProductProcedures(side: MachineSide) {
  const { machines } = useTRPC();
  const own = machines.assortment;
  // Both sides answer alike; the administrators' inputs name the organization besides (`whoseOf`), which the customers' leave unread.
  return side === "admin" ? (machines.admin.assortment as unknown as typeof own) : own;
}

/** Whose products: one's own, or those of the organization that an administrator chose (in the address). */
export function useProductOwner(side: MachineSide): { organizationId: string; choose: (id: string | null) => void } {
  const { organization } = useViewer();
  const [chosen, setChosen] = useQueryState("organization", parseAsString.withOptions({ history: "replace" }));
  return { organizationId: side === "admin" ? (chosen ?? organization.id) : organization.id, choose: (id) => void setChosen(id) };
}

/** What an administrator's input says besides. */
export function whoseOf(side: MachineSide, organizationId: string): object {
  return side === "admin" ? { organizationId } : {};
}

/** A page of products. */
export function useProductList(side: MachineSide, organizationId: string, input: ListInput<(typeof PRODUCT_STATUSES)[number]>) {
  const { list } = useProductProcedures(side);
  return useQuery(list.queryOptions({ ...input, ...whoseOf(side, organizationId) }, { placeholderData: keepPreviousData }));
}

/** All products that are sold, to choose from. */
export function useProductChoices(side: MachineSide, organizationId: string) {
  const { machines } = useTRPC();
  const own = useQuery(machines.assortment.choices.queryOptions(undefined, { enabled: side === "customer" }));
  const any = useQuery(machines.admin.assortment.choices.queryOptions({ organizationId }, { enabled: side === "admin" }));
  return side === "admin" ? any : own;
}

/** What a change of prices would do; null: it is not said whole yet. Asked for again when products or machines change. */
export function usePricePreview(side: MachineSide, organizationId: string, input: PriceChangeInput | null) {
  const client = useTRPCClient();
  const { pathKey } = useProductProcedures(side);
  return useQuery({
    queryKey: [...pathKey(), "preview", organizationId, input],
    queryFn: ({ signal }) => {
      if (input === null) throw new Error("nothing to preview");
      // A mutation only because of its size: it changes nothing.
      return side === "admin" ? client.machines.admin.assortment.previewPrices.mutate({ ...input, organizationId }, { signal }) : client.machines.assortment.previewPrices.mutate(input, { signal });
    },
    enabled: input !== null,
    retry: false,
    placeholderData: keepPreviousData,
  });
}

/** Changes the prices as the preview showed them. */
export function useChangePrices(side: MachineSide, callbacks: { onDone: (machines: number) => void }) {
  const queryClient = useQueryClient();
  const procedures = useProductProcedures(side);
  return useMutation(
    procedures.changePrices.mutationOptions({
      onSuccess: ({ machines }) => callbacks.onDone(machines),
      // Also when it was refused: what is shown may not hold any more.
      onSettled: () => queryClient.invalidateQueries(procedures.pathFilter()),
    }),
  );
}
