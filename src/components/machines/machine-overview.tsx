"use client";

import { MainAndAside, Rows } from "#components/ui/grid.tsx";
import { MachineCharts } from "./machine-charts.tsx";
import { MachineFacts } from "./machine-facts.tsx";
import { MachineStock } from "./machine-stock.tsx";
import type { MachinePanelProps } from "./machine-tabs.tsx";
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
          <MachineFacts machine={machine} />
        </MainAndAside>
      ) : (
        <MachineFacts machine={machine} />
      )}
    </Rows>
  );
}
