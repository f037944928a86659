import type { Tx } from "#server/infra/events.ts";
import type { Runtime } from "#server/infra/runtime.ts";

export interface KnownHost {
  id: string;
  name: string;
  region: string;
  driver: string;
  status: string;
}

const KNOWN = { id: true, name: true, region: true, driver: true, status: true } as const;

export function listHosts(rt: Runtime): Promise<KnownHost[]> {
  return rt.db.prisma.host.findMany({ select: KNOWN, orderBy: [{ region: "asc" }, { name: "asc" }] });
}

/** Those of the ids that there are. */
export function hostsAmong(tx: Tx, ids: string[]): Promise<KnownHost[]> {
  return tx.host.findMany({ select: KNOWN, where: { id: { in: ids } } });
}
