"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useTRPC } from "#components/api/trpc.ts";
import { useNotify } from "#components/ui/use-notify.ts";

/** After something of the catalog was saved: says so, and everything that shows the catalog is asked for again. */
export function useOfferSaved(onClose: () => void): (name: string) => void {
  const t = useTranslations("catalog.form");
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const notify = useNotify();
  return (name) => {
    void queryClient.invalidateQueries(trpc.compute.catalogAdmin.pathFilter());
    void queryClient.invalidateQueries(trpc.compute.catalog.pathFilter());
    notify.done(t("saved", { name }));
    onClose();
  };
}
