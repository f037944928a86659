import type { HostRow } from "./types.ts";

/** How much of what may be sold is given away, 0 to 1; all of it where nothing may be sold but something is. */
export function shareOf({ used, sellable }: { used: number; sellable: number }): number {
  if (sellable > 0) return used / sellable;
  return used > 0 ? 1 : 0;
}

/** Gibibytes for people. */
export function inGb(mb: number): number {
  return mb / 1024;
}

/** What wants somebody's attention first: a host that is away, then everything else by name. */
export function stateOf(host: Pick<HostRow, "status" | "health">): string {
  if (host.status === "maintenance") return "maintenance";
  if (host.health === "unreachable") return "unreachable";
  return host.status;
}
