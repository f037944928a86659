import type { Runtime } from "#server/infra/runtime.ts";
import { after, applyChanges, type Change, newAlertId } from "./changes.ts";
import { findActiveRules, findMachineFacts, findReadings, findWatched, type PastReading } from "./evaluation-repository.ts";
import { forMsOf, type MachineFacts, observeReading } from "./observe.ts";
import { type ActiveRule, RuleSet } from "./rule-set.ts";
import { step, type Watched } from "./step.ts";

const AT_ONCE = 5_000;
const MACHINES_AT_ONCE = 5_000;

/**
 * What the readings of a time would have raised and ended in which nobody looked at them: each reading in the order it came, for the rules about thresholds. An alert that came and
 * went is recorded, and told. Cut off, it is done again from where it said last that it was done: what is there already is found, and changes nothing.
 */
export async function replayReadings(rt: Runtime, from: Date, to: Date, doneUntil: (time: Date) => Promise<void>): Promise<void> {
  const rules = new RuleSet(await findActiveRules(rt), ["threshold"]);
  if (rules.empty) return;
  const machines = await allMachines(rt, rules);
  const alerts = new Map<string, Watched & { id: string }>();
  for (const alert of await findWatched(rt, "", null)) if (alert.kind === "threshold") alerts.set(`${alert.ruleId} ${alert.machineId}`, alert);
  let last: PastReading | null = null;
  for (;;) {
    const readings = await findReadings(rt, from, to, last, AT_ONCE);
    // One alert may change several times: first changes together, then second ones, and so on.
    const waves: Change[][] = [];
    const depth = new Map<string, number>();
    for (const reading of readings) {
      const known = machines.get(reading.machineId);
      for (const rule of known?.rules ?? []) {
        const about = `${rule.id} ${reading.machineId}`;
        const change = known && changeOf(rule, known.machine, alerts.get(about), reading);
        if (!change) continue;
        const next = after(change);
        if (next) alerts.set(about, next);
        else alerts.delete(about);
        const wave = depth.get(about) ?? 0;
        depth.set(about, wave + 1);
        (waves[wave] ??= []).push(change);
      }
    }
    for (const wave of waves) await applyChanges(rt, wave);
    last = readings.at(-1) ?? null;
    if (readings.length < AT_ONCE || !last) return;
    await doneUntil(last.receivedAt);
  }
}

function changeOf(rule: ActiveRule, machine: MachineFacts, alert: (Watched & { id: string }) | undefined, reading: PastReading): Change | null {
  const at = reading.receivedAt.getTime();
  // In a repetition: what comes before the alert has led to it already.
  if (rule.condition.kind !== "threshold" || (alert && at < Math.max(alert.startedAt, alert.endedAt))) return null;
  const next = step(alert, observeReading(rule.condition, reading.metrics[rule.condition.metric], at), forMsOf(rule.condition));
  return next && { step: next, id: alert?.id ?? newAlertId(), rule, machine, subject: "" };
}

async function allMachines(rt: Runtime, rules: RuleSet): Promise<Map<string, { machine: MachineFacts; rules: ActiveRule[] }>> {
  const all = new Map<string, { machine: MachineFacts; rules: ActiveRule[] }>();
  for (let last = ""; ; ) {
    const machines = await findMachineFacts(rt, last, MACHINES_AT_ONCE);
    for (const machine of machines) {
      const own = rules.of(machine);
      if (own.length > 0) all.set(machine.id, { machine, rules: own });
    }
    if (machines.length < MACHINES_AT_ONCE) return all;
    last = machines.at(-1)?.id ?? "";
  }
}
