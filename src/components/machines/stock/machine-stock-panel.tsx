"use client";

import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { ButtonLink } from "#components/ui/button-link.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { Rows } from "#components/ui/grid.tsx";
import { TableSkeleton } from "#components/ui/skeletons.tsx";
import type { MachinePanelProps } from "../machine-tabs.tsx";
import { ConfigurationNotice } from "./configuration-notice.tsx";
import { Movements } from "./movements.tsx";
import { PlanogramEditor } from "./planogram-editor.tsx";
import { StockTiles } from "./stock-tiles.tsx";
import { useCover, usePlanogram, useStockProcedures, useStockRights } from "./use-stock.ts";

/** What is in the machine: its slots as they stand, how long they last, and why the counts are what they are. */
export function MachineStockPanel({ side, machine }: MachinePanelProps) {
  const t = useTranslations("stock");
  const planogram = usePlanogram(side, machine.id);
  const cover = useCover(side, machine.id);
  const rights = useStockRights(side);
  const open = useQuery(useStockProcedures(side).refills.open.queryOptions({ id: machine.id }));
  if (!planogram.data) return planogram.error ? <ErrorState error={planogram.error} title={t("loadFailed")} onRetry={() => void planogram.refetch()} /> : <TableSkeleton rows={6} />;
  const inService = machine.status !== "decommissioned";
  return (
    <Rows>
      <ConfigurationNotice side={side} id={machine.id} />
      <StockTiles planogram={planogram.data} cover={cover.data} />
      <PlanogramEditor
        side={side}
        planogram={planogram.data}
        cover={cover.data}
        mayConfigure={rights.configure && inService}
        mayCount={rights.stock && inService}
        actions={rights.stock && inService && <ButtonLink href={`${side === "admin" ? "/admin" : ""}/machines/${machine.id}/refill`}>{t(open.data?.refill?.own ? "refill.resume" : "refill.open")}</ButtonLink>}
      />
      <Movements side={side} id={machine.id} slots={planogram.data.slots.map((slot) => slot.code)} />
    </Rows>
  );
}
