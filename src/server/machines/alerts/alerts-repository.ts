import type { AlertFilter } from "#shared/machines/alert-lists.ts";
import type { Scope } from "#server/identity/actor.ts";
import type { Tx } from "#server/infra/events.ts";
import type { Alert, AlertMute, Prisma } from "#server/infra/prisma/client.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { visibleMachines } from "../policy.ts";

const DETAIL = { rule: { select: { name: true, condition: true } }, machine: { select: { name: true } } } as const satisfies Prisma.AlertInclude;
export type AlertRow = Prisma.AlertGetPayload<{ include: typeof DETAIL }>;

function visibleAlerts(scope: Scope): Prisma.AlertWhereInput {
  return scope === "platform" ? {} : { organizationId: scope.organizationId };
}

export interface AlertQuery {
  status: AlertFilter | undefined;
  severity: string | undefined;
  machineId: string | undefined;
  search: string | undefined;
  limit: number;
  offset: number;
}

/** A page of alerts, newest first. */
export async function findAlerts(rt: Runtime, scope: Scope, query: AlertQuery): Promise<{ rows: AlertRow[]; total: number }> {
  const contains = { contains: query.search ?? "", mode: "insensitive" } as const;
  const where: Prisma.AlertWhereInput = {
    ...visibleAlerts(scope),
    ...(query.status === undefined ? { state: { not: "pending" } } : { state: query.status === "open" ? { in: ["firing", "acknowledged"] } : query.status }),
    ...(query.severity ? { severity: query.severity } : {}),
    ...(query.machineId ? { machineId: query.machineId } : {}),
    ...(query.search ? { OR: [{ rule: { name: contains } }, { machine: { name: contains } }] } : {}),
  };
  const [rows, total] = await Promise.all([rt.db.prisma.alert.findMany({ where, include: DETAIL, orderBy: { id: "desc" }, take: query.limit, skip: query.offset }), rt.db.prisma.alert.count({ where })]);
  return { rows, total };
}

export async function countOpen(rt: Runtime, scope: Scope): Promise<{ state: string; severity: string; count: number }[]> {
  const rows = await rt.db.prisma.alert.groupBy({ by: ["state", "severity"], where: { ...visibleAlerts(scope), state: { in: ["firing", "acknowledged"] } }, _count: true });
  return rows.map((row) => ({ state: row.state, severity: row.severity, count: row._count }));
}

export async function findAlert(tx: Tx, scope: Scope, id: string): Promise<AlertRow | null> {
  return tx.alert.findFirst({ where: { id, ...visibleAlerts(scope) }, include: DETAIL });
}

/** Alerts of the scope that fire become acknowledged. @returns those */
export async function acknowledgeFiring(tx: Tx, scope: Scope, ids: readonly string[], by: { userId: string; note: string; at: Date }): Promise<Alert[]> {
  return tx.alert.updateManyAndReturn({ where: { id: { in: [...ids] }, state: "firing", ...visibleAlerts(scope) }, data: { state: "acknowledged", acknowledgedAt: by.at, acknowledgedById: by.userId, note: by.note } });
}

/** By a person. It is held, until its condition is found to have ended. @returns false when it was over already */
export async function resolveByHand(tx: Tx, id: string, by: { userId: string; note: string | undefined; at: Date }): Promise<boolean> {
  const { count } = await tx.alert.updateMany({
    where: { id, state: { in: ["firing", "acknowledged"] } },
    data: { state: "resolved", resolvedAt: by.at, resolvedById: by.userId, endReason: "person", held: true, ...(by.note === undefined ? {} : { note: by.note }) },
  });
  return count === 1;
}

/** Mutes that last at `now`, of these machines. */
export async function findMutes(rt: Runtime, machineIds: readonly string[], now: Date): Promise<AlertMute[]> {
  return rt.db.prisma.alertMute.findMany({ where: { machineId: { in: [...machineIds] }, until: { gt: now } }, orderBy: { id: "desc" }, take: 500 });
}

/** Names of rules, also of deleted ones. */
export async function namesOfRules(rt: Runtime, ids: readonly string[]): Promise<Map<string, string>> {
  const rows = await rt.db.prisma.alertRule.findMany({ where: { id: { in: [...ids] } }, select: { id: true, name: true } });
  return new Map(rows.map((row) => [row.id, row.name]));
}

/** One mute of a machine and rule at a time: a new one takes the old one's place. */
export async function replaceMute(tx: Tx, mute: Prisma.AlertMuteCreateManyInput): Promise<void> {
  await tx.alertMute.deleteMany({ where: { machineId: mute.machineId, ruleId: mute.ruleId ?? null } });
  await tx.alertMute.create({ data: mute, select: { id: true } });
}

/** @returns the mute that was there, or null */
export async function deleteMute(tx: Tx, scope: Scope, id: string): Promise<(AlertMute & { machine: { organizationId: string } }) | null> {
  const mute = await tx.alertMute.findFirst({ where: { id, machine: visibleMachines(scope) }, include: { machine: { select: { organizationId: true } } } });
  if (mute) await tx.alertMute.delete({ where: { id }, select: { id: true } });
  return mute;
}
