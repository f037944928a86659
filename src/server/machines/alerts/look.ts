import { type Change, type Ending, newAlertId } from "./changes.ts";
import type { WatchedAlert } from "./evaluation-repository.ts";
import { forMsOf, type MachineFacts } from "./observe.ts";
import type { ActiveRule } from "./rule-set.ts";
import { type Observation, step } from "./step.ts";

/** The alerts that are not over (or held) of a stretch of machines, to be looked up by what they are about. */
export class WatchList {
  readonly #alerts = new Map<string, WatchedAlert>();
  readonly #subjects = new Map<string, string[]>();
  readonly #seen = new Set<WatchedAlert>();

  constructor(alerts: readonly WatchedAlert[]) {
    for (const alert of alerts) {
      const about = `${alert.ruleId} ${alert.machineId} ${alert.subject}`;
      // An open one counts more than one that is held.
      const other = this.#alerts.get(about);
      if (!other || other.held) this.#alerts.set(about, alert);
      const place = `${alert.ruleId} ${alert.machineId}`;
      this.#subjects.set(place, [...(this.#subjects.get(place) ?? []), alert.subject]);
    }
  }

  /** The alert about this; it counts as seen: its rule and machine are there. */
  take(ruleId: string, machineId: string, subject: string): WatchedAlert | undefined {
    const alert = this.#alerts.get(`${ruleId} ${machineId} ${subject}`);
    if (alert) this.#seen.add(alert);
    return alert;
  }

  /** Slots that have an alert of this rule. */
  subjects(ruleId: string, machineId: string): readonly string[] {
    return this.#subjects.get(`${ruleId} ${machineId}`) ?? [];
  }

  /** What nobody took: the rule is not about that machine any more, or the machine is gone. */
  left(machines: ReadonlySet<string>): Ending[] {
    return [...this.#alerts.values()]
      .filter((alert) => !this.#seen.has(alert))
      .map(({ id, state, held, machineId }) => ({ id, state, held, reason: machines.has(machineId) ? "rule" : "decommissioned" }));
  }
}

/** What an observation changes, or null. */
export function look(watch: WatchList, rule: ActiveRule, machine: MachineFacts, subject: string, observation: Observation): Change | null {
  const alert = watch.take(rule.id, machine.id, subject);
  const next = step(alert, observation, forMsOf(rule.condition));
  if (!next) return null;
  const opens = next.do === "open";
  return { step: next, id: opens || !alert ? newAlertId() : alert.id, ...(opens && alert ? { releases: alert.id } : {}), rule, machine, subject };
}
