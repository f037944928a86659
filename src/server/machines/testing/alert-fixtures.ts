import { newId } from "#shared/ids.ts";
import { type AlertCondition, alertCondition } from "#shared/machines/alerts.ts";
import type { Prisma } from "#server/infra/prisma/client.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import type { TestRuntime } from "#server/testing/runtime.ts";

/** Rows for tests of alerts: machines without devices, whose readings and presence the test writes as the bridge would. */
export interface BareMachine {
  id: string;
  organizationId: string;
}

export async function bareMachine(rt: Runtime, options: Partial<Prisma.MachineUncheckedCreateInput> = {}): Promise<BareMachine> {
  const at = rt.clock.now();
  const id = newId("machine");
  const organizationId = options.organizationId ?? newId("organization");
  await rt.db.prisma.organization.createMany({ data: [{ id: organizationId, name: "Test & Sons", createdAt: at }], skipDuplicates: true });
  await rt.db.prisma.machine.create({ data: { id, name: "Machine", slug: id, status: "online", statusChangedAt: at, lastSeenAt: at, createdAt: at, updatedAt: at, ...options, organizationId } });
  return { id, organizationId };
}

export async function bareRule(rt: Runtime, condition: AlertCondition, options: Partial<Prisma.AlertRuleUncheckedCreateInput> = {}): Promise<string> {
  const at = rt.clock.now();
  const id = newId("alertRule");
  const parsed = alertCondition.parse(condition);
  await rt.db.prisma.alertRule.create({ data: { id, name: "Too warm", kind: parsed.kind, severity: "warning", metric: "metric" in parsed ? parsed.metric : null, condition: parsed, createdAt: at, updatedAt: at, ...options } });
  return id;
}

let seq = 0;

/** A reading now: the message, and the machine's latest. */
export async function reading(rt: TestRuntime, machineId: string, metrics: Record<string, number>, options: { stored?: boolean } = {}): Promise<void> {
  const receivedAt = rt.clock.now();
  seq += 1;
  if (options.stored !== false) await rt.db.prisma.deviceMessage.create({ data: { machineId, boot: "b", seq, kind: "tele", payload: { metrics }, receivedAt } });
  const latest = { metrics, boot: "b", seq, receivedAt };
  await rt.db.prisma.machineLatest.upsert({ where: { machineId }, create: { machineId, ...latest }, update: latest });
}

export async function presence(rt: TestRuntime, machineId: string, status: "online" | "offline"): Promise<void> {
  await rt.db.prisma.machine.update({ where: { id: machineId }, data: { status, statusChangedAt: rt.clock.now() } });
}

export async function alertsOf(rt: Runtime, machineId: string) {
  return rt.db.prisma.alert.findMany({ where: { machineId }, orderBy: { id: "asc" } });
}

/** Types and data of the events about alerts of a machine, in order. */
export async function alertEvents(rt: Runtime, machineId: string): Promise<string[]> {
  const events = await rt.db.prisma.event.findMany({ where: { type: { startsWith: "alert." }, data: { path: ["machineId"], equals: machineId } }, orderBy: { seq: "asc" } });
  return events.map((event) => `${event.type.slice(6)}${(event.data as { muted?: boolean }).muted ? " muted" : ""}`);
}
