import type { Scope } from "#server/identity/actor.ts";
import type { Tx } from "#server/infra/events.ts";
import type { AlertRule, Prisma } from "#server/infra/prisma/client.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { visibleMachines } from "../policy.ts";
import type { EndedRow } from "./change-repository.ts";

/** Which rules a scope may see and change: an organization its own, the platform all. */
function visibleRules(scope: Scope): Prisma.AlertRuleWhereInput {
  return { deletedAt: null, ...(scope === "platform" ? {} : { organizationId: scope.organizationId }) };
}

export type RuleListRow = AlertRule & { openAlerts: number; machineName: string | null; templateName: string | null };

/** The rules of a scope with what they are about, and how many of their alerts are open. An organization sees those of the platform too: they are about its machines. */
export async function findRules(rt: Runtime, scope: Scope): Promise<RuleListRow[]> {
  const where: Prisma.AlertRuleWhereInput = scope === "platform" ? visibleRules(scope) : { deletedAt: null, OR: [{ organizationId: scope.organizationId }, { organizationId: null, machineId: null }] };
  const { prisma } = rt.db;
  const rules = await prisma.alertRule.findMany({ where, orderBy: [{ name: "asc" }, { id: "asc" }], take: 500 });
  const [counts, machines, templates] = await Promise.all([
    prisma.alert.groupBy({
      by: ["ruleId"],
      where: { ruleId: { in: rules.map((rule) => rule.id) }, state: { in: ["firing", "acknowledged"] }, ...(scope === "platform" ? {} : { organizationId: scope.organizationId }) },
      _count: true,
    }),
    prisma.machine.findMany({ where: { id: { in: rules.flatMap((rule) => rule.machineId ?? []) }, ...visibleMachines(scope) }, select: { id: true, name: true } }),
    prisma.machineTemplate.findMany({ where: { id: { in: rules.flatMap((rule) => rule.templateId ?? []) } }, select: { id: true, name: true } }),
  ]);
  const names = new Map([...machines, ...templates].map((row) => [row.id, row.name]));
  const open = new Map(counts.map((row) => [row.ruleId, row._count]));
  return rules.map((rule) => ({ ...rule, openAlerts: open.get(rule.id) ?? 0, machineName: names.get(rule.machineId ?? "") ?? null, templateName: names.get(rule.templateId ?? "") ?? null }));
}

/** A rule that the scope may change, locked. */
export async function lockRule(tx: Tx, scope: Scope, id: string): Promise<AlertRule | null> {
  await tx.$queryRaw`select id from alert_rule where id = ${id} for update`;
  return tx.alertRule.findFirst({ where: { id, ...visibleRules(scope) } });
}

/** Whether alerts of a rule may come from a machine of the scope: its own rules, and the platform's. */
export async function isRuleKnown(tx: Tx, organizationId: string, id: string): Promise<boolean> {
  return (await tx.alertRule.count({ where: { id, deletedAt: null, OR: [{ organizationId }, { organizationId: null }] } })) === 1;
}

export async function countRules(tx: Tx, organizationId: string | null): Promise<number> {
  return tx.alertRule.count({ where: { organizationId, deletedAt: null } });
}

export async function insertRule(tx: Tx, rule: Prisma.AlertRuleCreateManyInput): Promise<void> {
  await tx.alertRule.create({ data: rule, select: { id: true } });
}

export async function updateRule(tx: Tx, id: string, data: Prisma.AlertRuleUncheckedUpdateInput): Promise<void> {
  await tx.alertRule.update({ where: { id }, data, select: { id: true } });
}

/** Ends the rules about a machine that is removed: nothing is left that they could be about. */
export async function deleteRulesOfMachine(tx: Tx, machineId: string, at: Date): Promise<void> {
  await tx.alertRule.updateMany({ where: { machineId, deletedAt: null }, data: { deletedAt: at } });
}

/** The name of a kind of machine, or null. */
export async function templateExists(tx: Tx, id: string): Promise<boolean> {
  return (await tx.machineTemplate.count({ where: { id } })) === 1;
}

/** Takes back what has not fired yet by this rule. */
export async function dropPendingOfRule(tx: Tx, ruleId: string): Promise<void> {
  await tx.alert.deleteMany({ where: { ruleId, state: "pending" } });
}

/** Ends what a rule has raised, because somebody switched it off or deleted it. */
export async function endAlertsOfRule(tx: Tx, ruleId: string, userId: string, at: Date): Promise<EndedRow[]> {
  await tx.alert.updateMany({ where: { ruleId, held: true }, data: { held: false } });
  return tx.$queryRawUnsafe<EndedRow[]>(
    `update alert set state = 'resolved', resolved_at = $3::timestamptz, resolved_by_id = $2, end_reason = 'rule' from alert_rule rule
      where alert.rule_id = $1 and alert.state in ('firing', 'acknowledged') and rule.id = alert.rule_id
      returning alert.id, alert.machine_id as "machineId", alert.organization_id as "organizationId", rule.name`,
    ruleId,
    userId,
    at.toISOString(),
  );
}

/** Rules by their keys, unless they were made before: also when they were deleted since. Those whose kind of machine does not exist are left out. */
export async function insertDefaultRules(rt: Runtime, rules: readonly { id: string; key: string; name: string; severity: string; condition: { kind: string }; escalateMinutes: number | null; template?: string; at: Date }[]): Promise<void> {
  await rt.db.query({
    text: `insert into alert_rule (id, key, name, kind, severity, metric, condition, escalate_minutes, template_id, enabled, created_at, updated_at)
      select row.id, row.key, row.name, row.condition ->> 'kind', row.severity, row.condition ->> 'metric', row.condition, row."escalateMinutes", template.id, true, row.at, row.at
      from jsonb_to_recordset($1::jsonb) as row (id text, key text, name text, severity text, condition jsonb, "escalateMinutes" int, template text, at timestamptz)
      left join machine_template template on template.slug = row.template
      where row.template is null or template.id is not null
      on conflict (key) do nothing`,
    values: [JSON.stringify(rules)],
  });
}
