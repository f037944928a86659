"use client";

import { MachineUpdates } from "#components/firmware/machine-updates.tsx";
import { MainAndAside, Rows } from "#components/ui/grid.tsx";
import { MachineCharts } from "./machine-charts.tsx";
import { MachineFacts } from "./machine-facts.tsx";
import { MachineStock } from "./machine-stock.tsx";
import type { MachinePanelProps } from "./machine-tabs.tsx";
import { MachineSales } from "./sales/machine-sales.tsx";
import { MachineTiles } from "./machine-tiles.tsx";

/** How the machine is, at a glance: readings, stock, what it is. */
export function MachineOverview({ side, machine }: MachinePanelProps) {
  const seen = machine.connectedAt !== null || machine.latest !== null;
  return (
    <Rows>
      {seen && <MachineTiles machine={machine} />}
      <MachineStock slots={machine.slots} stock={machine.stock} />
      {seen ? (
        <MainAndAside>
          <MachineCharts side={side} id={machine.id} />
          <Rows>
            {machine.status !== "decommissioned" && <MachineSales side={side} machine={machine} />}
            <MachineFacts machine={machine} />
            <MachineUpdates side={side} id={machine.id} version={machine.firmwareVersion} />
          </Rows>
        </MainAndAside>
      ) : (
        <MachineFacts machine={machine} />
      )}
    </Rows>
  );
}
