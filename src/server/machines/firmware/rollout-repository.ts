import type { RolloutMachineState } from "#shared/machines/states.ts";
import type { Tx } from "#server/infra/events.ts";
import type { Firmware, Prisma, Rollout } from "#server/infra/prisma/client.ts";
import type { Runtime } from "#server/infra/runtime.ts";

export type RolloutRow = Rollout & { firmware: Firmware };

export async function findRollout(tx: Tx, id: string): Promise<RolloutRow | null> {
  return tx.rollout.findUnique({ where: { id }, include: { firmware: true } });
}

export async function rolloutName(rt: Runtime, id: string): Promise<string | null> {
  return (await rt.db.prisma.rollout.findUnique({ where: { id }, select: { name: true } }))?.name ?? null;
}

/** The rollout, locked until the transaction ends: whoever changes its state or its plan takes this lock first. */
export async function lockRollout(tx: Tx, id: string): Promise<RolloutRow | null> {
  await tx.$queryRaw`select id from rollout where id = ${id} for update`;
  return findRollout(tx, id);
}

/** `lockRollout`, unless somebody else is at it. */
export async function tryLockRollout(tx: Tx, id: string): Promise<RolloutRow | null> {
  const rows = await tx.$queryRaw<unknown[]>`select id from rollout where id = ${id} for update skip locked`;
  return rows.length === 0 ? null : findRollout(tx, id);
}

/** While the transaction lasts nobody pauses it; others may offer to other machines. @returns null when it does not run */
export async function holdRunning(tx: Tx, id: string): Promise<RolloutRow | null> {
  const rows = await tx.$queryRaw<unknown[]>`select id from rollout where id = ${id} and status = 'running' for share`;
  return rows.length === 0 ? null : findRollout(tx, id);
}

export async function findRollouts(
  rt: Runtime,
  filter: { status: string | undefined; firmwareId: string | undefined; limit: number; offset: number },
): Promise<{ rows: RolloutRow[]; total: number }> {
  const where: Prisma.RolloutWhereInput = { ...(filter.status ? { status: filter.status } : {}), ...(filter.firmwareId ? { firmwareId: filter.firmwareId } : {}) };
  const [rows, total] = await Promise.all([
    rt.db.prisma.rollout.findMany({ where, include: { firmware: true }, orderBy: [{ createdAt: "desc" }, { id: "desc" }], take: filter.limit, skip: filter.offset }),
    rt.db.prisma.rollout.count({ where }),
  ]);
  return { rows, total };
}

export async function insertRollout(tx: Tx, rollout: Prisma.RolloutUncheckedCreateInput): Promise<void> {
  await tx.rollout.create({ data: rollout, select: { id: true } });
}

export async function updateRollout(tx: Tx, id: string, data: Prisma.RolloutUncheckedUpdateInput): Promise<void> {
  await tx.rollout.update({ where: { id }, data, select: { id: true } });
}

export async function deleteRollout(tx: Tx, id: string): Promise<void> {
  await tx.rollout.delete({ where: { id }, select: { id: true } });
}

/** Those in which something may happen: running ones, and others whose machines have not all ended. */
export async function liveRollouts(rt: Runtime): Promise<{ id: string }[]> {
  return rt.db.query<{ id: string }>({
    name: "rollouts_live",
    text: `select id from rollout r where status = 'running'
      or (status <> 'draft' and exists (select 1 from rollout_machine rm where rm.rollout_id = r.id and rm.state in ('waiting', 'offered', 'downloading', 'verifying', 'installing')))
      order by id limit 500`,
  });
}

export interface StateCount {
  rolloutId: string;
  step: number;
  state: RolloutMachineState;
  tolerated: boolean;
  count: number;
}

/** How many machines of the rollouts are in each state of each step. */
export async function countStates(tx: Tx, rolloutIds: readonly string[]): Promise<StateCount[]> {
  return tx.$queryRawUnsafe<StateCount[]>(
    `select rollout_id as "rolloutId", step, state, tolerated, count(*)::int as count from rollout_machine
      where rollout_id in (select jsonb_array_elements_text($1::jsonb)) group by rollout_id, step, state, tolerated`,
    JSON.stringify(rolloutIds),
  );
}
