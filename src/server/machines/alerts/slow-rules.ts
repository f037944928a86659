import type { Runtime } from "#server/infra/runtime.ts";
import type { Change } from "./changes.ts";
import { findLastHeard, findLowSlots, findStockSums, findStretches, type SlotStock } from "./evaluation-repository.ts";
import { look, type WatchList } from "./look.ts";
import { type MachineFacts, observeMissing, observeRate, observeStock } from "./observe.ts";
import type { ActiveRule, RuleSet } from "./rule-set.ts";

interface Pair {
  rule: ActiveRule;
  machine: MachineFacts;
}

/** Looks at a stretch of machines for the rules that ask the database more than a machine's row. */
export async function lookAtSlowRules(rt: Runtime, rules: RuleSet, machines: readonly MachineFacts[], watch: WatchList): Promise<Change[]> {
  const pairs = machines.flatMap((machine) => rules.of(machine).map((rule) => ({ rule, machine })));
  const of = (kind: string) => pairs.filter(({ rule }) => rule.condition.kind === kind);
  const changes = [...(await lookForMissing(rt, of("missing"), watch)), ...(await lookAtRates(rt, of("rate"), watch)), ...(await lookAtStock(rt, of("stock"), watch))];
  return changes.flatMap((change) => change ?? []);
}

async function lookForMissing(rt: Runtime, pairs: readonly Pair[], watch: WatchList): Promise<(Change | null)[]> {
  if (pairs.length === 0) return [];
  const now = rt.clock.now().getTime();
  const heard = await findLastHeard(rt, pairs.flatMap(({ rule: { condition }, machine }) => (condition.kind === "missing" ? [{ machineId: machine.id, metric: condition.metric, since: new Date(now - condition.seconds * 1_000) }] : [])));
  return pairs.map(({ rule, machine }, nth) => (rule.condition.kind === "missing" ? look(watch, rule, machine, "", observeMissing(rule.condition, machine, heard[nth] ?? null, now)) : null));
}

async function lookAtRates(rt: Runtime, pairs: readonly Pair[], watch: WatchList): Promise<(Change | null)[]> {
  if (pairs.length === 0) return [];
  const now = rt.clock.now().getTime();
  const found = await findStretches(rt, pairs.flatMap(({ rule: { condition }, machine }) => (condition.kind === "rate" ? [{ machineId: machine.id, metric: condition.metric, since: new Date(now - condition.minutes * 60_000) }] : [])));
  return pairs.map(({ rule, machine }, nth) => (rule.condition.kind === "rate" ? look(watch, rule, machine, "", observeRate(rule.condition, found[nth] ?? null, now)) : null));
}

async function lookAtStock(rt: Runtime, pairs: readonly Pair[], watch: WatchList): Promise<(Change | null)[]> {
  if (pairs.length === 0) return [];
  const now = rt.clock.now().getTime();
  const ids = [...new Set(pairs.map(({ machine }) => machine.id))];
  const conditions = pairs.flatMap(({ rule: { condition } }) => (condition.kind === "stock" ? [condition] : []));
  const bySlot = conditions.filter(({ scope }) => scope === "slot");
  const most = (measure: string) => Math.max(0, ...bySlot.filter((condition) => condition.measure === measure).map(({ atMost }) => atMost));
  const [slots, sums] = await Promise.all([
    bySlot.length > 0 ? findLowSlots(rt, ids, { count: most("count"), percent: most("percent") }) : [],
    bySlot.length < conditions.length ? findStockSums(rt, ids) : [],
  ]);
  const stock = Map.groupBy([...slots, ...sums], ({ machineId }) => machineId);
  return pairs.flatMap(({ rule, machine }) => {
    if (rule.condition.kind !== "stock") return [];
    const { condition } = rule;
    const known = new Map((stock.get(machine.id) ?? []).filter(({ slot }) => (slot === "") === (condition.scope === "machine")).map((one) => [one.slot, one]));
    // A slot that is not among the low ones has enough, sells nothing, or is gone: in either case its alert is over.
    const subjects = new Set([...(condition.scope === "machine" ? [""] : []), ...known.keys(), ...watch.subjects(rule.id, machine.id)]);
    return [...subjects].map((subject) => look(watch, rule, machine, subject, observeStock(condition, known.get(subject) ?? enough(machine.id, subject), now)));
  });
}

function enough(machineId: string, slot: string): SlotStock {
  return { machineId, slot, count: 0, capacity: 0, emptySlots: 0 };
}
