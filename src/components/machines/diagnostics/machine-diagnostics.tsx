"use client";

import { Rows } from "#components/ui/grid.tsx";
import { MachineConnections } from "../machine-connections.tsx";
import { MachineRejected } from "../machine-rejected.tsx";
import type { MachinePanelProps } from "../machine-tabs.tsx";

/** What one looks at when a machine does not do what it should. */
export function MachineDiagnostics({ side, machine }: MachinePanelProps) {
  return (
    <Rows>
      <MachineConnections side={side} id={machine.id} />
      {side === "admin" && <MachineRejected id={machine.id} count={machine.rejectedCount} />}
    </Rows>
  );
}
