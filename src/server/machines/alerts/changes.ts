import { newId } from "#shared/ids.ts";
import { publishAll, type Tx } from "#server/infra/events.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";
import { deletePending, type EndedRow, escalateDue, type FiredRow, firePending, insertOpen, type OpenRow, releaseHeld, resolveOpen, restartPending, tellUnmuted } from "./change-repository.ts";
import type { Watched, Step } from "./step.ts";

/** What a look at a machine changes in one alert. */
export interface Change {
  step: Step;
  /** of the alert that is there, or of the one that is to be */
  id: string;
  /** the held alert that a new one takes the place of */
  releases?: string;
  rule: { id: string; severity: string };
  machine: { id: string; organizationId: string };
  subject: string;
}

/** The alert of a machine, rule and subject as a change leaves it; undefined: there is none any more. */
export function after(change: Change): (Watched & { id: string }) | undefined {
  const { step, id } = change;
  if (step.do === "open") return { id, state: step.fire ? "firing" : "pending", startedAt: step.startedAt, held: false, endedAt: 0 };
  if (step.do === "fire") return { id, state: "firing", startedAt: step.at, held: false, endedAt: 0 };
  if (step.do === "restart") return { id, state: "pending", startedAt: step.startedAt, held: false, endedAt: 0 };
  return undefined;
}

export const newAlertId = () => newId("alert");

/** Ends alerts whose rule or machine is gone. */
export interface Ending {
  id: string;
  state: string;
  held: boolean;
  reason: "rule" | "decommissioned";
}

/** At most one change of each alert. In one transaction, with the events. */
export async function applyChanges(rt: Runtime, changes: readonly Change[], endings: readonly Ending[] = []): Promise<void> {
  if (changes.length + endings.length === 0) return;
  const now = rt.clock.now();
  const opens: OpenRow[] = [];
  const fires: { id: string; firedAt: string; value: number | null }[] = [];
  const restarts: { id: string; startedAt: string; value: number | null }[] = [];
  const ended: { id: string; at: string; reason: string }[] = endings.filter((one) => !one.held && one.state !== "pending").map(({ id, reason }) => ({ id, at: now.toISOString(), reason }));
  const dropped = endings.filter((one) => one.state === "pending").map((one) => one.id);
  const released = endings.filter((one) => one.held).map((one) => one.id);
  for (const { step, id, releases, rule, machine, subject } of changes) {
    if (releases) released.push(releases);
    if (step.do === "open") {
      const firedAt = step.fire ? iso(step.at) : null;
      opens.push({ id, ruleId: rule.id, machineId: machine.id, organizationId: machine.organizationId, subject, severity: rule.severity, startedAt: iso(step.startedAt), firedAt, value: step.value });
    }
    if (step.do === "fire") fires.push({ id, firedAt: iso(step.at), value: step.value });
    if (step.do === "restart") restarts.push({ id, startedAt: iso(step.startedAt), value: step.value });
    if (step.do === "resolve") ended.push({ id, at: iso(step.at), reason: "cleared" });
    if (step.do === "drop") dropped.push(id);
    if (step.do === "release") released.push(id);
  }
  await transact(rt, async (tx) => {
    await releaseHeld(tx, released);
    await deletePending(tx, dropped);
    await announceResolved(tx, await resolveOpen(tx, ended), now);
    await restartPending(tx, restarts);
    await announceFired(tx, [...(await firePending(tx, fires, now)), ...(await insertOpen(tx, opens, now))], now);
  });
}

/** Tells what fired while it was muted and still does, and escalates what nobody acknowledged. @returns how many of each */
export async function followUp(rt: Runtime): Promise<{ told: number; escalated: number }> {
  const now = rt.clock.now();
  return transact(rt, async (tx) => {
    const told = await tellUnmuted(tx, now);
    await announceFired(tx, told, now);
    const escalated = await escalateDue(tx, now);
    await publishAll(
      tx,
      escalated.map(({ id, machineId, organizationId, name, severity }) => ({ type: "alert.escalated", subject: id, organizationId, at: now, data: { alertId: id, machineId, name, severity } })),
    );
    return { told: told.length, escalated: escalated.length };
  });
}

async function announceFired(tx: Tx, rows: readonly FiredRow[], at: Date): Promise<void> {
  await publishAll(
    tx,
    rows.map(({ id, organizationId, ...row }) => ({ type: "alert.fired", subject: id, organizationId, at, data: { alertId: id, ...row } })),
  );
}

/** Says that alerts are over, in the transaction that ended them. */
export async function announceResolved(tx: Tx, rows: readonly EndedRow[], at: Date): Promise<void> {
  await publishAll(
    tx,
    rows.map(({ id, machineId, organizationId, name }) => ({ type: "alert.resolved", subject: id, organizationId, at, data: { alertId: id, machineId, name } })),
  );
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
