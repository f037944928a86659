import type { z } from "zod";
import { AppError, notFound } from "#shared/errors.ts";
import type { alertAcknowledgeManyInput, alertAcknowledgeManyOutput, alertCountsOutput, alertListInput, alertListOutput, AlertOutput, alertResolveInput } from "#shared/machines/alert-lists.ts";
import { alertCondition } from "#shared/machines/alerts.ts";
import type { AlertState, Severity } from "#shared/machines/states.ts";
import { pagination } from "#shared/schema.ts";
import type { Scope, UserActor } from "#server/identity/actor.ts";
import { namesOfOrganizations, namesOfUsers } from "#server/identity/directory.ts";
import { publishAll } from "#server/infra/events.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";
import { recordAudit } from "#server/platform/audit.ts";
import { acknowledgeFiring, type AlertRow, countOpen, findAlert, findAlerts, findMutes, resolveByHand } from "./alerts-repository.ts";
import { announceResolved } from "./changes.ts";

/** A page of alerts, newest first; without a state those that fired, whatever became of them. */
export async function listAlerts(rt: Runtime, scope: Scope, input: z.output<typeof alertListInput>): Promise<z.output<typeof alertListOutput>> {
  const { rows, total } = await findAlerts(rt, scope, { ...input, status: input.status, severity: input.severity, machineId: input.machineId, search: input.search || undefined, offset: (input.page - 1) * input.limit });
  return { data: await views(rt, rows), pagination: pagination(input, total) };
}

/** @throws AppError NOT_FOUND */
export async function getAlert(rt: Runtime, scope: Scope, id: string): Promise<AlertOutput> {
  const row = await findAlert(rt.db.prisma, scope, id);
  const [view] = row ? await views(rt, [row]) : [];
  if (!view) throw notFound("alert");
  return view;
}

/** How many alerts are open. */
export async function countAlerts(rt: Runtime, scope: Scope): Promise<z.output<typeof alertCountsOutput>> {
  const rows = await countOpen(rt, scope);
  const sum = (state: string, severity?: string) => rows.filter((row) => row.state === state && (severity === undefined || row.severity === severity)).reduce((total, row) => total + row.count, 0);
  return { firing: sum("firing"), acknowledged: sum("acknowledged"), critical: sum("firing", "critical") };
}

/**
 * Somebody looks after these alerts: they are not escalated any more. Those that do not fire, or are not the scope's, are left alone.
 */
export async function acknowledgeAlerts(rt: Runtime, actor: UserActor, scope: Scope, input: z.output<typeof alertAcknowledgeManyInput>): Promise<z.output<typeof alertAcknowledgeManyOutput>> {
  const at = rt.clock.now();
  const ids = [...new Set(input.ids)].sort();
  const acknowledged = await transact(rt, async (tx) => {
    const rows = await acknowledgeFiring(tx, scope, ids, { userId: actor.userId, note: input.note, at });
    await publishAll(
      tx,
      rows.map(({ id, machineId, organizationId }) => ({ type: "alert.acknowledged", subject: id, organizationId, at, data: { alertId: id, machineId } })),
    );
    for (const { id, organizationId } of rows) await recordAudit(tx, actor, { action: "alert.acknowledge", subjectType: "alert", subjectId: id, organizationId, after: { note: input.note }, at });
    return rows.length;
  });
  return { acknowledged, skipped: ids.length - acknowledged };
}

/** @throws AppError NOT_FOUND, INVALID_STATE when it does not fire */
export async function acknowledgeAlert(rt: Runtime, actor: UserActor, scope: Scope, { id, note }: z.output<typeof alertResolveInput>): Promise<AlertOutput> {
  const { acknowledged } = await acknowledgeAlerts(rt, actor, scope, { ids: [id], note });
  const alert = await getAlert(rt, scope, id);
  if (acknowledged === 0) throw new AppError("INVALID_STATE", alert.state === "acknowledged" ? "Somebody has acknowledged it already." : "Only an alert that fires can be acknowledged.", { state: alert.state });
  return alert;
}

/**
 * Ends an alert by hand. The same is not raised again before its condition was seen to end.
 * @throws AppError NOT_FOUND, INVALID_STATE when it is over, or has not fired
 */
export async function resolveAlert(rt: Runtime, actor: UserActor, scope: Scope, { id, note }: z.output<typeof alertResolveInput>): Promise<AlertOutput> {
  const at = rt.clock.now();
  await transact(rt, async (tx) => {
    const alert = await findAlert(tx, scope, id);
    if (!alert) throw notFound("alert");
    if (!(await resolveByHand(tx, id, { userId: actor.userId, note: note || undefined, at }))) {
      throw new AppError("INVALID_STATE", alert.state === "pending" ? "It has not fired; nothing is to be resolved." : "It is over already.", { state: alert.state });
    }
    await announceResolved(tx, [{ id, machineId: alert.machineId, organizationId: alert.organizationId, name: alert.rule.name }], at);
    await recordAudit(tx, actor, { action: "alert.resolve", subjectType: "alert", subjectId: id, organizationId: alert.organizationId, after: { note }, at });
  });
  return getAlert(rt, scope, id);
}

async function views(rt: Runtime, rows: readonly AlertRow[]): Promise<AlertOutput[]> {
  const [organizations, users, mutes] = await Promise.all([
    namesOfOrganizations(rt, [...new Set(rows.map((row) => row.organizationId))]),
    namesOfUsers(rt, [...new Set(rows.flatMap((row) => [row.acknowledgedById ?? [], row.resolvedById ?? []].flat()))]),
    findMutes(rt, [...new Set(rows.map((row) => row.machineId))], rt.clock.now()),
  ]);
  const iso = (time: Date | null) => time?.toISOString() ?? null;
  return rows.map((row) => {
    const mute = mutes.filter((one) => one.machineId === row.machineId && (one.ruleId === null || one.ruleId === row.ruleId)).map((one) => one.until).sort((a, b) => b.getTime() - a.getTime())[0];
    return {
      id: row.id,
      ruleId: row.ruleId,
      name: row.rule.name,
      condition: alertCondition.parse(row.rule.condition),
      machineId: row.machineId,
      machineName: row.machine.name,
      organizationId: row.organizationId,
      organizationName: organizations.get(row.organizationId) ?? "",
      subject: row.subject,
      // The columns hold only what our own code writes from these lists.
      state: row.state as AlertState,
      severity: row.severity as Severity,
      value: row.value,
      startedAt: row.startedAt.toISOString(),
      firedAt: iso(row.firedAt),
      acknowledgedAt: iso(row.acknowledgedAt),
      acknowledgedBy: row.acknowledgedById === null ? null : (users.get(row.acknowledgedById) ?? ""),
      note: row.note,
      escalatedAt: iso(row.escalatedAt),
      resolvedAt: iso(row.resolvedAt),
      resolvedBy: row.resolvedById === null ? null : (users.get(row.resolvedById) ?? ""),
      endReason: row.endReason as AlertOutput["endReason"],
      mutedUntil: row.state === "resolved" ? null : iso(mute ?? null),
    };
  });
}
