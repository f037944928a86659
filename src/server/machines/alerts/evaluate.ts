import type { RuleKind } from "#shared/machines/alerts.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { applyChanges, type Change, followUp } from "./changes.ts";
import { findActiveRules, findClaimRejections, findMachineFacts, findWatched } from "./evaluation-repository.ts";
import { look, WatchList } from "./look.ts";
import { type MachineFacts, observeClaim, observePresence, observeReading } from "./observe.ts";
import { type ActiveRule, RuleSet } from "./rule-set.ts";
import { lookAtSlowRules } from "./slow-rules.ts";
import { type Observation, UNKNOWN } from "./step.ts";

/** Machines looked at together: what is held in memory, and how long other work waits. */
const AT_ONCE = 2_000;
const CLAIM_WINDOW_MS = 7 * 86_400_000;

/** Rules that are decided by a machine's row and its newest readings. */
export const READING_KINDS = ["threshold", "offline", "claim"] as const satisfies readonly RuleKind[];
/** Rules that have to ask for slots or for past readings: less often. */
export const SLOW_KINDS = ["missing", "rate", "stock"] as const satisfies readonly RuleKind[];

/**
 * Looks at all machines once: raises, ends and takes back alerts. What it does depends on the rows alone, so that it may be cut off anywhere and be done again.
 * Machines are read in stretches by id, with four statements for each; changes are written in bulk, each stretch in a transaction with its events.
 */
export async function evaluateReadings(rt: Runtime): Promise<void> {
  const rules = new RuleSet(await findActiveRules(rt), READING_KINDS);
  const now = rt.clock.now().getTime();
  const rejections = await findClaimRejections(rt, new Date(now - CLAIM_WINDOW_MS));
  await stretches(rt, READING_KINDS, async (machines, watch) => {
    const changes: Change[] = [];
    for (const facts of machines) {
      const machine = { ...facts, claimRejectedAt: rejections.get(facts.id) ?? 0 };
      for (const rule of rules.of(machine)) {
        const change = look(watch, rule, machine, "", observe(rule, machine, now));
        if (change) changes.push(change);
      }
    }
    return changes;
  });
  await followUp(rt);
}

/** The same for rules about stock, about what is missing, and about how fast something changes. */
export async function evaluateSlowRules(rt: Runtime): Promise<void> {
  const rules = new RuleSet(await findActiveRules(rt), SLOW_KINDS);
  await stretches(rt, SLOW_KINDS, (machines, watch) => (rules.empty ? [] : lookAtSlowRules(rt, rules, machines, watch)));
}

async function stretches(rt: Runtime, kinds: readonly RuleKind[], work: (machines: readonly MachineFacts[], watch: WatchList) => Promise<Change[]> | Change[]): Promise<void> {
  for (let last = ""; ; ) {
    const machines = await findMachineFacts(rt, last, AT_ONCE);
    const end = machines.length < AT_ONCE ? null : (machines.at(-1)?.id ?? null);
    // Machines that were taken out of service lie in between: what is watched of them is over.
    const watch = new WatchList((await findWatched(rt, last, end)).filter((alert) => (kinds as readonly string[]).includes(alert.kind)));
    const changes = await work(machines, watch);
    await applyChanges(rt, changes, watch.left(new Set(machines.map((machine) => machine.id))));
    if (end === null) return;
    last = end;
  }
}

function observe({ condition }: ActiveRule, machine: MachineFacts, now: number): Observation {
  if (condition.kind === "threshold") return observeReading(condition, machine.metrics?.[condition.metric], machine.metricsAt);
  if (condition.kind === "offline") return observePresence(machine, now);
  return condition.kind === "claim" ? observeClaim(condition, machine, now) : UNKNOWN;
}
