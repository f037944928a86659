import type { AlertCondition, ConditionOf } from "#shared/machines/alerts.ts";
import { type Observation, UNKNOWN } from "./step.ts";

/** What is known of a machine at a moment; times are milliseconds since 1970. */
export interface MachineFacts {
  id: string;
  organizationId: string;
  templateId: string | null;
  status: string;
  statusChangedAt: number;
  /** the newest readings, and when they came */
  metrics: Record<string, number> | null;
  metricsAt: number;
  /** when somebody last tried a claim code that was used or replaced; 0: never */
  claimRejectedAt: number;
}

/** How long a condition has to be met before it fires. */
export function forMsOf(condition: AlertCondition): number {
  return condition.kind === "threshold" || condition.kind === "offline" ? condition.forSeconds * 1_000 : 0;
}

/** A reading against a threshold. */
export function observeReading(condition: ConditionOf<"threshold">, value: number | undefined, at: number): Observation {
  if (value === undefined) return UNKNOWN;
  const { direction, value: limit } = condition;
  const back = condition.clearValue ?? limit;
  if (direction === "above" ? value > limit : value < limit) return { verdict: "met", at, value };
  return { verdict: (direction === "above" ? value <= back : value >= back) ? "clear" : "between", at, value };
}

/** Whether the machine is away. One that waits for its device has never been there. */
export function observePresence(machine: MachineFacts, now: number): Observation {
  if (machine.status === "online") return { verdict: "clear", at: now, value: null };
  if (machine.status !== "offline") return UNKNOWN;
  return { verdict: "met", at: now, since: machine.statusChangedAt, value: null };
}

/** Whether somebody tried a claim code that was not good any more. */
export function observeClaim(condition: ConditionOf<"claim">, machine: MachineFacts, now: number): Observation {
  const { claimRejectedAt } = machine;
  return claimRejectedAt > now - condition.quietMinutes * 60_000 ? { verdict: "met", at: now, since: claimRejectedAt, value: null } : { verdict: "clear", at: now, value: null };
}

/** @param heard when the metric last came in the rule's time; null: not at all */
export function observeMissing(condition: ConditionOf<"missing">, machine: MachineFacts, heard: number | null, now: number): Observation {
  if (heard !== null) return { verdict: "clear", at: now, value: null };
  // A machine that is away is the offline rule's; one that has just come back is given its time.
  if (machine.status !== "online" || machine.statusChangedAt > now - condition.seconds * 1_000) return UNKNOWN;
  return { verdict: "met", at: now, value: null };
}

/** @param stretch lowest, highest and newest reading of the rule's minutes; null: there were none */
export function observeRate(condition: ConditionOf<"rate">, stretch: { low: number; high: number; last: number } | null, now: number): Observation {
  if (!stretch) return UNKNOWN;
  const rise = stretch.last - stretch.low;
  const fall = stretch.last - stretch.high;
  const value = condition.direction === "rising" ? rise : condition.direction === "falling" ? fall : rise >= -fall ? rise : fall;
  return { verdict: Math.abs(value) >= condition.change ? "met" : "clear", at: now, value };
}

/** A slot's, or the machine's, items against a stock rule. */
export function observeStock(condition: ConditionOf<"stock">, stock: { count: number; capacity: number; emptySlots: number }, now: number): Observation {
  const { measure, atMost } = condition;
  if (stock.capacity === 0) return { verdict: "clear", at: now, value: null };
  if (measure === "empty") return { verdict: stock.emptySlots > 0 ? "met" : "clear", at: now, value: stock.emptySlots };
  const value = measure === "count" ? stock.count : Math.round((stock.count / stock.capacity) * 1_000) / 10;
  const met = measure === "count" ? stock.count <= atMost : stock.count * 100 <= atMost * stock.capacity;
  return { verdict: met ? "met" : "clear", at: now, value };
}
