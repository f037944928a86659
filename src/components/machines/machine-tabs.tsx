"use client";

import { Tabs } from "@mantine/core";
import dynamic from "next/dynamic";
import { useTranslations } from "next-intl";
import { parseAsStringLiteral, useQueryState } from "nuqs";
import type { ComponentType } from "react";
import { TableSkeleton } from "#components/ui/skeletons.tsx";
import { MachineOverview } from "./machine-overview.tsx";
import classes from "./machine-tabs.module.css";
import type { MachineDetail } from "./types.ts";
import type { MachineSide } from "./use-machines.ts";

/** What each part of a machine's page is handed. */
export interface MachinePanelProps {
  side: MachineSide;
  machine: MachineDetail;
}

/** The overview is there at once; what the others need comes when one of them is opened. */
const loading = () => <TableSkeleton rows={6} />;

const PANELS = {
  overview: MachineOverview,
  stock: dynamic(() => import("./stock/machine-stock-panel.tsx").then((module) => module.MachineStockPanel), { loading }),
  alerts: dynamic(() => import("#components/alerts/machine-alerts.tsx").then((module) => module.MachineAlerts), { loading }),
  orders: dynamic(() => import("#components/orders/machine-orders.tsx").then((module) => module.MachineOrders), { loading }),
  diagnostics: dynamic(() => import("./diagnostics/machine-diagnostics.tsx").then((module) => module.MachineDiagnostics), { loading }),
} as const satisfies Record<string, ComponentType<MachinePanelProps>>;

type MachineTab = keyof typeof PANELS;
const TABS = Object.keys(PANELS) as MachineTab[];

/** The parts of a machine's page; which one is open stands in the address. A machine that is being set up has only its overview. */
export function MachineTabs({ side, machine }: MachinePanelProps) {
  const t = useTranslations("machines.detail");
  const [tab, setTab] = useQueryState("tab", parseAsStringLiteral(TABS).withDefault("overview"));
  if (machine.status === "draft") return <MachineOverview side={side} machine={machine} />;
  return (
    <Tabs value={tab} onChange={(next) => void setTab(TABS.find((each) => each === next) ?? "overview")} keepMounted={false}>
      <Tabs.List mb="md" aria-label={t("tabsLabel")} className={classes.list ?? ""}>
        {TABS.map((each) => (
          <Tabs.Tab key={each} value={each}>
            {t(`tabs.${each}`)}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {TABS.map((each) => {
        const Panel: ComponentType<MachinePanelProps> = PANELS[each];
        return (
          <Tabs.Panel key={each} value={each}>
            <Panel side={side} machine={machine} />
          </Tabs.Panel>
        );
      })}
    </Tabs>
  );
}
