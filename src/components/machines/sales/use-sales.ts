"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useTRPC } from "#components/api/trpc.ts";
import { useViewer } from "#components/layout/viewer-context.tsx";
import { useNotify } from "#components/ui/use-notify.ts";
import type { MachineSide } from "../use-machines.ts";

/** Where the machine is sold from by phone, whether it is, and a way to change that for who may. */
export function useSales(side: MachineSide, id: string) {
  const { machines } = useTRPC();
  const { me, organization } = useViewer();
  const queryClient = useQueryClient();
  const t = useTranslations("machines.sales");
  const { failed } = useNotify();
  const { get, set } = side === "admin" ? machines.admin.sales : machines.sales;
  const may = side === "admin" ? me.permissions.includes("platform:machines:write") : organization.permissions.includes("machine:configure");
  const query = useQuery(get.queryOptions({ id }));
  const change = useMutation(
    set.mutationOptions({
      onSuccess: (sales) => queryClient.setQueryData(get.queryKey({ id }), sales),
      onError: (error) => failed(t("changeFailed"), error),
    }),
  );
  return { query, change, may };
}
