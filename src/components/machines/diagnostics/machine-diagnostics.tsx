"use client";

import { Rows } from "#components/ui/grid.tsx";
import { MachineConnections } from "../machine-connections.tsx";
import { MachineRejected } from "../machine-rejected.tsx";
import type { MachinePanelProps } from "../machine-tabs.tsx";
import { MachineRemoval } from "../removal/machine-removal.tsx";
import { MachineCommands } from "./machine-commands.tsx";
import { MachineHealth } from "./machine-health.tsx";
import { MachineLog } from "./machine-log.tsx";

/** What one looks at when a machine does not do what it should, and what one can have it do. */
export function MachineDiagnostics({ side, machine }: MachinePanelProps) {
  return (
    <Rows>
      <MachineHealth side={side} machine={machine} />
      <MachineCommands side={side} machine={machine} />
      <MachineLog side={side} machine={machine} />
      <MachineConnections side={side} id={machine.id} />
      {side === "admin" && <MachineRejected id={machine.id} count={machine.rejectedCount} />}
      <MachineRemoval side={side} machine={machine} />
    </Rows>
  );
}
