import type { z } from "zod";
import type { AlertCondition, ConditionOf, rulePreviewInput, rulePreviewOutput } from "#shared/machines/alerts.ts";
import type { Scope } from "#server/identity/actor.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { after, newAlertId } from "./changes.ts";
import { forMsOf, observeReading } from "./observe.ts";
import { findAbsences, findSeries, findTargets } from "./preview-repository.ts";
import { type Observation, step, type Watched } from "./step.ts";

const DAYS = 7;
const DAY_MS = 86_400_000;
/** A look at what is stored must not cost more than the answer is worth. */
const MAX_MACHINES = 50;
const MAX_READINGS = 100_000;

/** How often a rule would have fired in the last days, by what is stored: for thresholds and absences. */
export async function previewRule(rt: Runtime, scope: Scope, input: z.output<typeof rulePreviewInput>): Promise<z.output<typeof rulePreviewOutput>> {
  const now = rt.clock.now();
  const since = new Date(now.getTime() - DAYS * DAY_MS);
  const machines = await findTargets(rt, scope, input);
  const { condition } = input;
  const answer = { days: DAYS, machines: machines.length };
  if (condition.kind === "offline") return { ...answer, fired: countAbsences(condition, await findAbsences(rt, machines, since), now.getTime()) };
  if (condition.kind !== "threshold" || machines.length > MAX_MACHINES) return { ...answer, fired: null };
  let fired = 0;
  let left = MAX_READINGS;
  for (const machineId of machines) {
    const { times, values } = await findSeries(rt, machineId, condition.metric, since, left);
    left -= times.length;
    if (left <= 0) return { ...answer, fired: null };
    fired += countFired(condition, times.map((at, index) => observeReading(condition, values[index], at)));
  }
  return { ...answer, fired };
}

function countFired(condition: AlertCondition, observations: readonly Observation[]): number {
  const about = { rule: { id: "", severity: "" }, machine: { id: "", organizationId: "" }, subject: "" };
  const id = newAlertId();
  let watched: Watched | undefined;
  let fired = 0;
  for (const observation of observations) {
    const next = step(watched, observation, forMsOf(condition));
    if (!next) continue;
    if (next.do === "fire" || (next.do === "open" && next.fire)) fired += 1;
    watched = after({ step: next, id, ...about });
  }
  return fired;
}

/** Absences that lasted long enough, the present one as far as it has come. */
function countAbsences(condition: ConditionOf<"offline">, changes: readonly { machineId: string; away: boolean; at: number }[], now: number): number {
  const since = new Map<string, number>();
  let fired = 0;
  const end = (from: number | undefined, to: number) => {
    if (from !== undefined && to - from >= condition.forSeconds * 1_000) fired += 1;
  };
  for (const { machineId, away, at } of changes) {
    if (away) {
      if (!since.has(machineId)) since.set(machineId, at);
    } else {
      end(since.get(machineId), at);
      since.delete(machineId);
    }
  }
  for (const from of since.values()) end(from, now);
  return fired;
}
