import { OPEN_STATES } from "#shared/machines/rollouts.ts";
import type { RolloutMachineState } from "#shared/machines/states.ts";
import type { Tx } from "#server/infra/events.ts";
import type { Prisma, RolloutMachine } from "#server/infra/prisma/client.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import type { Grant } from "./address.ts";
import { readJob } from "./job.ts";
import type { MachineProgress } from "./machine-progress.ts";

const OPEN = OPEN_STATES.map((state) => `'${state}'`).join(", ");
const PROGRESS = `rm.rollout_id as "rolloutId", rm.machine_id as "machineId", rm.step, rm.state, rm.percent, rm.error, rm.attempts, rm.round, rm.installs, rm.tolerated, rm.ota,
  rm.offered_at as "offeredAt", rm.retry_at as "retryAt", rm.ended_at as "endedAt", rm.updated_at as "updatedAt", m.organization_id as "organizationId"`;

/** A machine's progress with what is needed to announce it. */
export interface ProgressRow extends MachineProgress {
  rolloutId: string;
  machineId: string;
  organizationId: string;
  step: number;
  ota: { boot: string; seq: number } | null;
}

/** Rows by rollout and machine, locked, in an order that all who lock several keep. */
export async function lockProgress(tx: Tx, keys: readonly { rolloutId: string; machineId: string }[]): Promise<ProgressRow[]> {
  if (keys.length === 0) return [];
  return tx.$queryRawUnsafe<ProgressRow[]>(
    `select ${PROGRESS} from rollout_machine rm join machine m on m.id = rm.machine_id
      join jsonb_to_recordset($1::jsonb) as key ("rolloutId" text, "machineId" text) on key."rolloutId" = rm.rollout_id and key."machineId" = rm.machine_id
      order by rm.machine_id, rm.rollout_id for no key update of rm`,
    JSON.stringify(keys),
  );
}

/** Machines of the rollout that run its version: whether they were told, wait, or were given up. */
export async function lockArrived(tx: Tx, rolloutId: string, version: string, limit: number): Promise<ProgressRow[]> {
  return tx.$queryRawUnsafe<ProgressRow[]>(
    `select ${PROGRESS} from rollout_machine rm join machine m on m.id = rm.machine_id
      where rm.rollout_id = $1 and rm.state in (${OPEN}, 'failed') and m.status = 'online' and m.firmware_version = $2
      order by rm.machine_id limit $3::int for no key update of rm`,
    rolloutId,
    version,
    limit,
  );
}

/** Open machines of the rollout that were decommissioned since. */
export async function lockGone(tx: Tx, rolloutId: string, limit: number): Promise<ProgressRow[]> {
  return tx.$queryRawUnsafe<ProgressRow[]>(
    `select ${PROGRESS} from rollout_machine rm join machine m on m.id = rm.machine_id
      where rm.rollout_id = $1 and rm.state in (${OPEN}) and m.status not in ('online', 'offline') order by rm.machine_id limit $2::int for no key update of rm`,
    rolloutId,
    limit,
  );
}

/** Connected machines that were told and have said nothing since `before`. `heardAt`: when they connected last. */
export async function lockQuiet(tx: Tx, rolloutId: string, before: Date, limit: number): Promise<(ProgressRow & { heardAt: Date | null })[]> {
  return tx.$queryRawUnsafe<(ProgressRow & { heardAt: Date | null })[]>(
    `select ${PROGRESS}, m.status_changed_at as "heardAt" from rollout_machine rm join machine m on m.id = rm.machine_id
      where rm.rollout_id = $1 and rm.state in ('offered', 'downloading', 'verifying', 'installing') and m.status = 'online' and rm.updated_at <= $2::timestamptz
        and coalesce(m.status_changed_at, 'epoch') <= $2::timestamptz
      order by rm.machine_id limit $3::int for no key update of rm`,
    rolloutId,
    before.toISOString(),
    limit,
  );
}

/** The rollout's machines in these states. */
export async function lockInStates(tx: Tx, rolloutId: string, states: readonly RolloutMachineState[]): Promise<ProgressRow[]> {
  return tx.$queryRawUnsafe<ProgressRow[]>(
    `select ${PROGRESS} from rollout_machine rm join machine m on m.id = rm.machine_id
      where rm.rollout_id = $1 and rm.state in (select jsonb_array_elements_text($2::jsonb)) order by rm.machine_id for no key update of rm`,
    rolloutId,
    JSON.stringify(states),
  );
}

/** Writes progress, in one statement whatever the number. The rows must be locked. */
export async function saveProgress(tx: Tx, rows: readonly (ProgressRow & MachineProgress)[]): Promise<void> {
  if (rows.length === 0) return;
  await tx.$executeRawUnsafe(
    `update rollout_machine rm set state = row.state, percent = row.percent, error = row.error, attempts = row.attempts, round = row.round, installs = row.installs,
        tolerated = row.tolerated, ota = row.ota, offered_at = row."offeredAt", retry_at = row."retryAt", ended_at = row."endedAt", updated_at = row."updatedAt"
      from jsonb_to_recordset($1::jsonb) as row ("rolloutId" text, "machineId" text, state text, percent int, error text, attempts int, round int, installs int, tolerated boolean,
        ota jsonb, "offeredAt" timestamptz, "retryAt" timestamptz, "endedAt" timestamptz, "updatedAt" timestamptz)
      where rm.rollout_id = row."rolloutId" and rm.machine_id = row."machineId"`,
    JSON.stringify(rows),
  );
}

/** The time zones of the machines that wait for their turn. */
export async function waitingTimeZones(rt: Runtime, rolloutId: string): Promise<string[]> {
  const rows = await rt.db.query<{ timezone: string }>({
    text: `select distinct m.timezone from rollout_machine rm join machine m on m.id = rm.machine_id where rm.rollout_id = $1 and rm.state = 'waiting' and m.status = 'online'`,
    values: [rolloutId],
  });
  return rows.map((row) => row.timezone);
}

const NO_OPEN_ORDER = `not exists (select 1 from machine_order o where o.machine_id = m.id and o.status in ('created', 'paid', 'dispensing'))`;

/** Machines whose turn it is: connected, in a step that has begun, within their window, with nothing being sold. */
export async function findReady(rt: Runtime, rollout: { id: string; step: number; version: string }, timeZones: readonly string[], now: Date, limit: number): Promise<{ machineId: string }[]> {
  return rt.db.query<{ machineId: string }>({
    name: "rollout_ready",
    text: `select rm.machine_id as "machineId" from rollout_machine rm join machine m on m.id = rm.machine_id
      where rm.rollout_id = $1 and rm.state = 'waiting' and rm.step <= $2 and (rm.retry_at is null or rm.retry_at <= $3::timestamptz) and m.status = 'online'
        and m.firmware_version is distinct from $4 and m.timezone in (select jsonb_array_elements_text($5::jsonb)) and ${NO_OPEN_ORDER}
      order by rm.step, rm.updated_at, rm.machine_id limit $6::int`,
    values: [rollout.id, rollout.step, now.toISOString(), rollout.version, JSON.stringify(timeZones), limit],
  });
}

/** Whether the machine, which the caller has locked, may be told now. */
export async function mayBeTold(tx: Tx, machineId: string): Promise<boolean> {
  const rows = await tx.$queryRawUnsafe<unknown[]>(`select 1 from machine m where m.id = $1 and m.status = 'online' and ${NO_OPEN_ORDER}`, machineId);
  return rows.length > 0;
}

/** Failures up to now are gone on after: they stop the rollout no more. */
export async function tolerateFailures(tx: Tx, rolloutId: string): Promise<number> {
  return (await tx.rolloutMachine.updateMany({ where: { rolloutId, state: { in: ["failed", "rolled_back"] }, tolerated: false }, data: { tolerated: true } })).count;
}

/** Whether the job of an address goes on: a skipped machine, an ended one and an earlier round get no more bytes. */
export async function isUnderWay(rt: Runtime, grant: Grant): Promise<boolean> {
  const job = readJob(grant.job);
  if (!job) return false;
  const row = await rt.db.prisma.rolloutMachine.findFirst({
    where: { rolloutId: job.rolloutId, machineId: grant.machineId, round: job.round, attempts: { gt: 0 }, state: { in: [...OPEN_STATES] }, rollout: { firmwareId: grant.firmwareId }, machine: { status: { not: "decommissioned" } } },
    select: { machineId: true },
  });
  return row !== null;
}

export type RolloutMachineRow = Prisma.RolloutMachineGetPayload<{ include: { machine: { select: { name: true; organizationId: true; status: true; firmwareVersion: true; timezone: true } } } }>;

export async function findRolloutMachines(
  rt: Runtime,
  filter: { rolloutId: string; state: string | undefined; search: string | undefined; limit: number; offset: number },
): Promise<{ rows: RolloutMachineRow[]; total: number }> {
  const where: Prisma.RolloutMachineWhereInput = {
    rolloutId: filter.rolloutId,
    ...(filter.state ? { state: filter.state } : {}),
    ...(filter.search ? { machine: { OR: [{ name: { contains: filter.search, mode: "insensitive" } }, { id: filter.search }] } } : {}),
  };
  const [rows, total] = await Promise.all([
    rt.db.prisma.rolloutMachine.findMany({
      where,
      include: { machine: { select: { name: true, organizationId: true, status: true, firmwareVersion: true, timezone: true } } },
      orderBy: [{ step: "asc" }, { machine: { name: "asc" } }, { machineId: "asc" }],
      take: filter.limit,
      skip: filter.offset,
    }),
    rt.db.prisma.rolloutMachine.count({ where }),
  ]);
  return { rows, total };
}

/** Of these machines, those with something being sold. */
export async function machinesSelling(rt: Runtime, machineIds: readonly string[]): Promise<Set<string>> {
  const rows = await rt.db.query<{ id: string }>({
    text: `select id from machine m where id in (select jsonb_array_elements_text($1::jsonb)) and not (${NO_OPEN_ORDER})`,
    values: [JSON.stringify(machineIds)],
  });
  return new Set(rows.map((row) => row.id));
}

/** Adds machines. Where another rollout has the machine, its row is not added. @returns the ids of those that were */
export async function insertRolloutMachines(tx: Tx, rows: readonly RolloutMachine[]): Promise<Set<string>> {
  if (rows.length === 0) return new Set();
  const added = await tx.rolloutMachine.createManyAndReturn({
    data: rows.map(({ ota: _ota, ...row }) => row),
    skipDuplicates: true,
    select: { machineId: true },
  });
  return new Set(added.map((row) => row.machineId));
}

/** What a machine was and is offered, the newest first. */
export async function findMachineUpdates(rt: Runtime, machineId: string, limit: number): Promise<(RolloutMachine & { rollout: { firmware: { version: string } } })[]> {
  return rt.db.prisma.rolloutMachine.findMany({ where: { machineId }, include: { rollout: { include: { firmware: { select: { version: true } } } } }, orderBy: [{ updatedAt: "desc" }, { rolloutId: "desc" }], take: limit });
}

/** Whether the machine is open in another rollout. Two that ask at once: the index of the table lets one through. */
export async function isInAnother(tx: Tx, rolloutId: string, machineId: string): Promise<boolean> {
  return (await tx.rolloutMachine.count({ where: { machineId, rolloutId: { not: rolloutId }, state: { in: [...OPEN_STATES] } } })) > 0;
}
