import type { Scope } from "#server/identity/actor.ts";
import type { Tx } from "#server/infra/events.ts";
import type { Operation, OperationStep, Prisma } from "#server/infra/prisma/client.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { within } from "./repository.ts";

/** Queries of operations and their steps. */
export type OperationWithSteps = Operation & { steps: OperationStep[] };

const WITH_STEPS = { steps: { orderBy: { position: "asc" } } } satisfies Prisma.OperationInclude;

export interface Lease {
  operationId: string;
  owner: string;
}

/** Thrown when another worker has the operation: whatever this one was about to write must not be written. */
export class LeaseLost extends Error {
  constructor(operationId: string) {
    super(`the lease of ${operationId} is lost`);
    this.name = "LeaseLost";
  }
}

export async function insertOperation(tx: Tx, operation: Prisma.OperationCreateInput): Promise<void> {
  await tx.operation.create({ data: operation, select: { id: true } });
}

/** Takes the operation that has waited longest and that nobody works on, but none of the kinds in `without`. @returns null when there is none */
export async function claimOperation(rt: Runtime, owner: string, leaseMs: number, without: readonly string[] = []): Promise<{ id: string; kind: string } | null> {
  const now = rt.clock.now();
  const rows = await rt.db.query<{ id: string; kind: string }>({
    name: "operation_claim",
    text: `update operation set lease_owner = $1, lease_until = $3
      where id = (select id from operation where status in ('queued', 'running') and next_run_at <= $2 and (lease_until is null or lease_until <= $2) and kind <> all($4::text[])
        order by next_run_at, id limit 1 for update skip locked)
      returning id, kind`,
    values: [owner, now, new Date(now.getTime() + leaseMs), without],
  });
  return rows[0] ?? null;
}

/** Prolongs a lease. @returns null when it is lost */
export async function renewLease(rt: Runtime, lease: Lease, leaseMs: number): Promise<{ cancelRequested: boolean } | null> {
  const rows = await rt.db.query<{ cancelRequested: boolean }>({
    name: "operation_renew",
    text: `update operation set lease_until = $3 where id = $1 and lease_owner = $2 returning cancel_requested and not compensating as "cancelRequested"`,
    values: [lease.operationId, lease.owner, new Date(rt.clock.now().getTime() + leaseMs)],
  });
  return rows[0] ?? null;
}

/** Gives a lease back; the operation runs again at `nextRunAt`, null: as it was. No harm when it is lost. */
export async function releaseLease(rt: Runtime, lease: Lease, nextRunAt: Date | null): Promise<void> {
  await rt.db.query({
    name: "operation_release",
    text: "update operation set lease_owner = null, lease_until = null, next_run_at = coalesce($3, next_run_at) where id = $1 and lease_owner = $2",
    values: [lease.operationId, lease.owner, nextRunAt],
  });
}

/** Ends the leases that processes before this one have left on an embedded database, which one process alone can have open. */
export async function releaseLeasesOfOthers(rt: Runtime, ownerPrefix: string): Promise<void> {
  await rt.db.query({
    text: "update operation set lease_owner = null, lease_until = null where lease_owner is not null and not starts_with(lease_owner, $1)",
    values: [ownerPrefix],
  });
}

/** The operation with its row locked for the holder of the lease. Every write of a worker begins with this. @throws LeaseLost */
export async function lockLeased(tx: Tx, lease: Lease): Promise<OperationWithSteps> {
  const held = await tx.$queryRaw<unknown[]>`select 1 from operation where id = ${lease.operationId} and lease_owner = ${lease.owner} for update`;
  const operation = held.length === 1 ? await tx.operation.findUnique({ where: { id: lease.operationId }, include: WITH_STEPS }) : null;
  if (!operation) throw new LeaseLost(lease.operationId);
  return operation;
}

/** The operation with its row locked, for a request. */
export async function lockOperation(tx: Tx, id: string): Promise<OperationWithSteps | null> {
  await tx.$queryRaw`select 1 from operation where id = ${id} for update`;
  return tx.operation.findUnique({ where: { id }, include: WITH_STEPS });
}

export function operationWithSteps(rt: Runtime, id: string): Promise<OperationWithSteps | null> {
  return rt.db.prisma.operation.findUnique({ where: { id }, include: WITH_STEPS });
}

/** Statuses of those of `ids` that there are. */
export async function operationStatuses(tx: Tx, ids: readonly string[]): Promise<Map<string, string>> {
  const rows = await tx.operation.findMany({ where: { id: { in: [...ids] } }, select: { id: true, status: true } });
  return new Map(rows.map(({ id, status }) => [id, status]));
}

export function operationsById(rt: Runtime, ids: readonly string[]): Promise<Operation[]> {
  return rt.db.prisma.operation.findMany({ where: { id: { in: [...ids] } } });
}

export async function listOperationRows(
  rt: Runtime,
  scope: Scope,
  filter: { subjectId?: string | undefined; status?: string | undefined; page: number; limit: number },
): Promise<{ rows: OperationWithSteps[]; total: number }> {
  const where = { ...within(scope), ...(filter.subjectId ? { subjectId: filter.subjectId } : {}), ...(filter.status ? { status: filter.status } : {}) };
  const [rows, total] = await Promise.all([
    rt.db.prisma.operation.findMany({ where, include: WITH_STEPS, orderBy: [{ createdAt: "desc" }, { id: "desc" }], skip: (filter.page - 1) * filter.limit, take: filter.limit }),
    rt.db.prisma.operation.count({ where }),
  ]);
  return { rows, total };
}

/** What the VM's power was last asked to do, and why; what failed or was called off does not count. */
export async function lastPowerRequest(tx: Tx, vmId: string): Promise<{ kind: string; reason: string | null } | undefined> {
  const rows = await tx.$queryRawUnsafe<{ kind: string; reason: string | null }[]>(
    `select kind, input->>'reason' as reason from operation where subject_id = $1 and status not in ('failed', 'cancelled')
      and kind in ('vm.create', 'vm.start', 'vm.stop', 'vm.shutdown', 'vm.restart', 'vm.reset', 'vm.suspend', 'vm.resume')
    order by created_at desc, id desc limit 1`,
    vmId,
  );
  return rows[0];
}

export async function updateStep(tx: Tx, operationId: string, position: number, data: Prisma.OperationStepUpdateInput): Promise<void> {
  await tx.operationStep.update({ where: { operationId_position: { operationId, position } }, data, select: { position: true } });
}

export async function updateOperation(tx: Tx, id: string, data: Prisma.OperationUpdateInput): Promise<void> {
  await tx.operation.update({ where: { id }, data, select: { id: true } });
}

/** All steps from their beginning. Those that the request itself does are done. */
export async function resetSteps(tx: Tx, operationId: string, steps: readonly { name: string; withRequest?: boolean }[], at: Date): Promise<void> {
  await tx.operationStep.deleteMany({ where: { operationId } });
  await tx.operationStep.createMany({
    data: steps.map(({ name, withRequest }, position) => ({ operationId, position, name, ...(withRequest ? { status: "succeeded", attempt: 1, startedAt: at, finishedAt: at } : { status: "pending" }) })),
  });
}
