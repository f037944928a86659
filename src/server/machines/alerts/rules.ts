import type { z } from "zod";
import { AppError, notFound } from "#shared/errors.ts";
import { newId } from "#shared/ids.ts";
import { alertCondition, type RuleOutput, type ruleCreateInput, type ruleUpdateInput } from "#shared/machines/alerts.ts";
import type { Severity } from "#shared/machines/states.ts";
import type { Scope, UserActor } from "#server/identity/actor.ts";
import type { Tx } from "#server/infra/events.ts";
import type { AlertRule } from "#server/infra/prisma/client.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";
import { recordAudit } from "#server/platform/audit.ts";
import { findMachine } from "../machines-repository.ts";
import { announceResolved } from "./changes.ts";
import { countRules, dropPendingOfRule, endAlertsOfRule, findRules, insertRule, lockRule, type RuleListRow, templateExists, updateRule } from "./rules-repository.ts";

type RuleInput = z.output<typeof ruleCreateInput>;

/** Each look at a machine goes through all of them. */
const MAX_RULES = 200;

/** The rules about the scope's machines, by name. */
export async function listRules(rt: Runtime, scope: Scope): Promise<{ data: RuleOutput[] }> {
  return { data: (await findRules(rt, scope)).map(view) };
}

/**
 * A new rule: an organization's own, or the platform's.
 * @throws AppError NOT_FOUND for a machine or kind of machine that the scope does not see, CONFLICT beyond 200 rules
 */
export async function createRule(rt: Runtime, actor: UserActor, scope: Scope, input: RuleInput): Promise<{ id: string }> {
  const at = rt.clock.now();
  const id = newId("alertRule");
  const organizationId = scope === "platform" ? null : scope.organizationId;
  await transact(rt, async (tx) => {
    await requireTarget(tx, scope, input);
    if ((await countRules(tx, organizationId)) >= MAX_RULES) throw new AppError("CONFLICT", `There are ${MAX_RULES} rules already; delete one that is not needed.`, { limit: MAX_RULES });
    await insertRule(tx, { id, organizationId, ...columns(input), createdById: actor.userId, createdAt: at, updatedAt: at });
    await recordAudit(tx, actor, { action: "alert_rule.create", subjectType: "alert_rule", subjectId: id, organizationId, after: facts(input), at });
  });
  return { id };
}

/** Changes a rule. What waits for its time begins anew; what fires stays, until the new condition says that it is over. @throws AppError NOT_FOUND */
export async function changeRule(rt: Runtime, actor: UserActor, scope: Scope, { id, ...input }: z.output<typeof ruleUpdateInput>): Promise<void> {
  const at = rt.clock.now();
  await transact(rt, async (tx) => {
    const rule = await requireRule(tx, scope, id);
    await requireTarget(tx, scope, input);
    await updateRule(tx, id, { ...columns(input), updatedAt: at });
    await dropPendingOfRule(tx, id);
    if (!input.enabled) await announceResolved(tx, await endAlertsOfRule(tx, id, actor.userId, at), at);
    await recordAudit(tx, actor, { action: "alert_rule.update", subjectType: "alert_rule", subjectId: id, organizationId: rule.organizationId, before: { name: rule.name, enabled: rule.enabled, severity: rule.severity, condition: alertCondition.safeParse(rule.condition).data ?? null }, after: facts(input), at });
  });
}

/** Switches a rule on or off; what it raised ends when it is switched off. @throws AppError NOT_FOUND */
export async function enableRule(rt: Runtime, actor: UserActor, scope: Scope, { id, enabled }: { id: string; enabled: boolean }): Promise<void> {
  const at = rt.clock.now();
  await transact(rt, async (tx) => {
    const rule = await requireRule(tx, scope, id);
    if (rule.enabled === enabled) return;
    await updateRule(tx, id, { enabled, updatedAt: at });
    if (!enabled) await endAll(tx, id, actor, at);
    await recordAudit(tx, actor, { action: enabled ? "alert_rule.enable" : "alert_rule.disable", subjectType: "alert_rule", subjectId: id, organizationId: rule.organizationId, after: { name: rule.name }, at });
  });
}

/** Deletes a rule; what it raised ends, and its history stays. @throws AppError NOT_FOUND */
export async function deleteRule(rt: Runtime, actor: UserActor, scope: Scope, id: string): Promise<void> {
  const at = rt.clock.now();
  await transact(rt, async (tx) => {
    const rule = await requireRule(tx, scope, id);
    await updateRule(tx, id, { deletedAt: at, updatedAt: at });
    await endAll(tx, id, actor, at);
    await recordAudit(tx, actor, { action: "alert_rule.delete", subjectType: "alert_rule", subjectId: id, organizationId: rule.organizationId, before: { name: rule.name, severity: rule.severity }, at });
  });
}

async function endAll(tx: Tx, ruleId: string, actor: UserActor, at: Date): Promise<void> {
  await dropPendingOfRule(tx, ruleId);
  await announceResolved(tx, await endAlertsOfRule(tx, ruleId, actor.userId, at), at);
}

async function requireRule(tx: Tx, scope: Scope, id: string): Promise<AlertRule> {
  const rule = await lockRule(tx, scope, id);
  if (!rule) throw notFound("alert rule");
  return rule;
}

async function requireTarget(tx: Tx, scope: Scope, { machineId, templateId }: Pick<RuleInput, "machineId" | "templateId">): Promise<void> {
  if (machineId !== null && !(await findMachine(tx, scope, machineId))) throw notFound("machine");
  if (templateId !== null && !(await templateExists(tx, templateId))) throw notFound("machine template");
}

function columns({ name, severity, condition, machineId, templateId, escalateMinutes, enabled }: RuleInput) {
  return { name, severity, condition, kind: condition.kind, metric: "metric" in condition ? condition.metric : null, machineId, templateId, escalateMinutes, enabled };
}

function facts(input: RuleInput) {
  return { ...input, condition: { ...input.condition } };
}

function view(rule: RuleListRow): RuleOutput {
  return {
    id: rule.id,
    builtIn: rule.key !== null,
    organizationId: rule.organizationId,
    machine: rule.machineId === null ? null : { id: rule.machineId, name: rule.machineName ?? "" },
    template: rule.templateId === null ? null : { id: rule.templateId, name: rule.templateName ?? "" },
    name: rule.name,
    // Written by our own code, from these lists.
    severity: rule.severity as Severity,
    condition: alertCondition.parse(rule.condition),
    escalateMinutes: rule.escalateMinutes,
    enabled: rule.enabled,
    openAlerts: rule.openAlerts,
    updatedAt: rule.updatedAt.toISOString(),
  };
}
