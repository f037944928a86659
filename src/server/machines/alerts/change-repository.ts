import type { Tx } from "#server/infra/events.ts";

/** What a round of evaluation writes, each in one statement whatever their number. An alert that was changed by somebody else meanwhile is left alone. */
export interface OpenRow {
  id: string;
  ruleId: string;
  machineId: string;
  organizationId: string;
  subject: string;
  severity: string;
  startedAt: string;
  /** null: it is pending */
  firedAt: string | null;
  value: number | null;
}

/** An alert that now fires; `toldAt` null: it is muted. */
export interface FiredRow {
  id: string;
  ruleId: string;
  machineId: string;
  organizationId: string;
  name: string;
  severity: string;
  subject: string;
  value: number | null;
  muted: boolean;
}

/** Whether the alert is muted at the time that is the statement's parameter `$<time>`. `alert`: whatever has its machine and rule. */
function muted(time: number, alert = { machine: "alert.machine_id", rule: "alert.rule_id" }): string {
  return `exists (select 1 from alert_mute mute where mute.machine_id = ${alert.machine} and (mute.rule_id is null or mute.rule_id = ${alert.rule}) and mute.until > $${time}::timestamptz)`;
}

const FIRED = `alert.id, alert.rule_id as "ruleId", alert.machine_id as "machineId", alert.organization_id as "organizationId", rule.name, alert.severity, alert.subject, alert.value`;

/**
 * New alerts, unless the rule was switched off or deleted, the machine is gone, there is an open one, or this very one came and went already: a look that was cut off is repeated.
 * @returns those that fire at once
 */
export async function insertOpen(tx: Tx, rows: readonly OpenRow[], at: Date): Promise<FiredRow[]> {
  if (rows.length === 0) return [];
  return tx.$queryRawUnsafe<FiredRow[]>(
    `with alert as (
        insert into alert (id, rule_id, machine_id, organization_id, subject, state, severity, value, started_at, fired_at, told_at)
        select row.id, row."ruleId", row."machineId", row."organizationId", row.subject, case when row."firedAt" is null then 'pending' else 'firing' end, row.severity, row.value, row."startedAt", row."firedAt",
          case when row."firedAt" is not null and not ${muted(2, { machine: 'row."machineId"', rule: 'row."ruleId"' })} then $2::timestamptz end
        from jsonb_to_recordset($1::jsonb) as row (id text, "ruleId" text, "machineId" text, "organizationId" text, subject text, severity text, value float8, "startedAt" timestamptz, "firedAt" timestamptz)
        join alert_rule rule on rule.id = row."ruleId" and rule.enabled and rule.deleted_at is null
        join machine on machine.id = row."machineId" and machine.status not in ('draft', 'decommissioned')
        where not exists (
          select 1 from alert earlier where earlier.machine_id = row."machineId" and earlier.rule_id = row."ruleId" and earlier.subject = row.subject and earlier.started_at = row."startedAt" and earlier.end_reason = 'cleared')
        order by row."machineId", row."ruleId", row.subject
        on conflict (rule_id, machine_id, subject) where state <> 'resolved' do nothing
        returning *)
      select ${FIRED}, alert.told_at is null as muted from alert join alert_rule rule on rule.id = alert.rule_id where alert.state = 'firing'`,
    JSON.stringify(rows),
    at.toISOString(),
  );
}

/** Pending alerts whose time has come. */
export async function firePending(tx: Tx, rows: readonly { id: string; firedAt: string; value: number | null }[], at: Date): Promise<FiredRow[]> {
  if (rows.length === 0) return [];
  return tx.$queryRawUnsafe<FiredRow[]>(
    `update alert set state = 'firing', fired_at = row."firedAt", value = row.value, told_at = case when ${muted(2)} then null else $2::timestamptz end
      from jsonb_to_recordset($1::jsonb) as row (id text, "firedAt" timestamptz, value float8), alert_rule rule
      where alert.id = row.id and alert.state = 'pending' and rule.id = alert.rule_id
      returning ${FIRED}, alert.told_at is null as muted`,
    JSON.stringify(rows),
    at.toISOString(),
  );
}

export async function restartPending(tx: Tx, rows: readonly { id: string; startedAt: string; value: number | null }[]): Promise<void> {
  if (rows.length === 0) return;
  await tx.$executeRawUnsafe(
    `update alert set started_at = row."startedAt", value = row.value from jsonb_to_recordset($1::jsonb) as row (id text, "startedAt" timestamptz, value float8) where alert.id = row.id and alert.state = 'pending'`,
    JSON.stringify(rows),
  );
}

/** Takes back what has not fired. */
export async function deletePending(tx: Tx, ids: readonly string[]): Promise<void> {
  if (ids.length > 0) await tx.alert.deleteMany({ where: { id: { in: [...ids] }, state: "pending" } });
}

export async function releaseHeld(tx: Tx, ids: readonly string[]): Promise<void> {
  if (ids.length > 0) await tx.alert.updateMany({ where: { id: { in: [...ids] }, held: true }, data: { held: false } });
}

export interface EndedRow {
  id: string;
  machineId: string;
  organizationId: string;
  name: string;
}

/** Ends alerts that fire or are acknowledged, by themselves. @returns those that did not end before */
export async function resolveOpen(tx: Tx, rows: readonly { id: string; at: string; reason: string }[]): Promise<EndedRow[]> {
  if (rows.length === 0) return [];
  return tx.$queryRawUnsafe<EndedRow[]>(
    `update alert set state = 'resolved', resolved_at = greatest(row.at, alert.fired_at), end_reason = row.reason
      from jsonb_to_recordset($1::jsonb) as row (id text, at timestamptz, reason text), alert_rule rule
      where alert.id = row.id and alert.state in ('firing', 'acknowledged') and rule.id = alert.rule_id
      returning alert.id, alert.machine_id as "machineId", alert.organization_id as "organizationId", rule.name`,
    JSON.stringify(rows),
  );
}

/** Alerts that fired while they were muted, and are so no longer: they are told now. */
export async function tellUnmuted(tx: Tx, at: Date): Promise<FiredRow[]> {
  return tx.$queryRawUnsafe<FiredRow[]>(
    `update alert set told_at = $1::timestamptz from alert_rule rule
      where alert.state = 'firing' and alert.told_at is null and rule.id = alert.rule_id and not ${muted(1)}
      returning ${FIRED}, false as muted`,
    at.toISOString(),
  );
}

/** Alerts that nobody acknowledged in their rule's time since they were told. While they are muted the time does not come. */
export async function escalateDue(tx: Tx, at: Date): Promise<(EndedRow & { severity: string })[]> {
  return tx.$queryRawUnsafe<(EndedRow & { severity: string })[]>(
    `update alert set escalated_at = $1::timestamptz from alert_rule rule
      where alert.state = 'firing' and alert.escalated_at is null and rule.id = alert.rule_id and rule.escalate_minutes is not null
        and alert.told_at + make_interval(mins => rule.escalate_minutes) <= $1::timestamptz and not ${muted(1)}
      returning alert.id, alert.machine_id as "machineId", alert.organization_id as "organizationId", rule.name, alert.severity`,
    at.toISOString(),
  );
}
