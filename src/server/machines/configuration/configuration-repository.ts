import type { Tx } from "#server/infra/events.ts";
import type { Prisma } from "#server/infra/prisma/client.ts";
import type { Scope } from "#server/identity/actor.ts";
import { visibleMachines } from "../policy.ts";

const CONFIGURED = {
  id: true,
  organizationId: true,
  status: true,
  claimedAt: true,
  configVersion: true,
  heartbeatSeconds: true,
  timezone: true,
  reportedVersion: true,
  reportedConfig: true,
  reportedAt: true,
  slots: { include: { product: true }, orderBy: [{ row: "asc" }, { column: "asc" }] },
} as const satisfies Prisma.MachineSelect;

export type ConfiguredMachine = Prisma.MachineGetPayload<{ select: typeof CONFIGURED }>;

/** A machine with all that its configuration is made of. */
export async function findConfigured(tx: Tx, scope: Scope, id: string): Promise<ConfiguredMachine | null> {
  return tx.machine.findFirst({ where: { id, ...visibleMachines(scope) }, select: CONFIGURED });
}

/** Counts the version up, under the machine's lock. */
export async function raiseVersion(tx: Tx, id: string): Promise<void> {
  await tx.machine.update({ where: { id }, data: { configVersion: { increment: 1 } }, select: { id: true } });
}

/** Machines with all that their configurations are made of, in the order of their ids. */
export async function findManyConfigured(tx: Tx, ids: readonly string[]): Promise<ConfiguredMachine[]> {
  return tx.machine.findMany({ where: { id: { in: [...ids] } }, select: CONFIGURED, orderBy: { id: "asc" } });
}

export async function raiseVersions(tx: Tx, ids: readonly string[]): Promise<void> {
  await tx.machine.updateMany({ where: { id: { in: [...ids] } }, data: { configVersion: { increment: 1 } } });
}

export interface ReportRow {
  machine_id: string;
  boot: string;
  seq: number;
  version: number;
  config: object;
  at: string;
}

/** What devices say that they have, unless a later message of the same boot was taken already. The version that they should have at that moment is noted with it. */
export async function writeReports(tx: Tx, rows: readonly ReportRow[]): Promise<{ machineId: string; organizationId: string; version: number; before: number | null }[]> {
  return tx.$queryRawUnsafe<{ machineId: string; organizationId: string; version: number; before: number | null }[]>(
    `update machine set reported_version = said.version, reported_at = said.at,
        reported_config = said.config || jsonb_build_object('desired', machine.config_version)
      from jsonb_to_recordset($1::jsonb) as said (machine_id text, boot text, seq bigint, version int, config jsonb, at timestamptz), machine old
      where machine.id = said.machine_id and old.id = said.machine_id
        and not exists (select 1 from device_message later where later.machine_id = said.machine_id and later.boot = said.boot and later.seq > said.seq and later.kind = 'cfg/rep')
      returning machine.id as "machineId", machine.organization_id as "organizationId", said.version, old.reported_version as before`,
    JSON.stringify(rows),
  );
}

/** Those of the machines whose device has not got the newest version, as far as is known. */
export async function findBehind(tx: Tx, ids: readonly string[]): Promise<string[]> {
  const rows = await tx.$queryRawUnsafe<{ id: string }[]>(
    `select id from machine where id in (select jsonb_array_elements_text($1::jsonb)) and claimed_at is not null and status <> 'decommissioned'
      and reported_version is distinct from config_version order by id`,
    JSON.stringify(ids),
  );
  return rows.map((row) => row.id);
}
