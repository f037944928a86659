import type { Machine } from "./types.ts";
import type { MachineSide } from "./use-machines.ts";

/** Where a machine is looked at; for administrators a draft leads on with its set-up. */
export function machineHref(side: MachineSide, machine: Pick<Machine, "id" | "status">): string {
  if (side === "customer") return `/machines/${machine.id}`;
  return machine.status === "draft" ? `/admin/machines/${machine.id}/setup` : `/admin/machines/${machine.id}`;
}
