import type { Severity } from "#shared/machines/states.ts";
import type { Condition, Rule } from "./types.ts";

/** A rule as the form holds it: every kind's fields side by side, so that switching between kinds loses nothing. Times are minutes. */
export interface RuleValues {
  name: string;
  severity: Severity;
  kind: Condition["kind"];
  metric: string;
  direction: "above" | "below";
  value: number | string;
  clearValue: number | string;
  forMinutes: number | string;
  offlineMinutes: number | string;
  missingMinutes: number | string;
  rateMinutes: number | string;
  change: number | string;
  rateDirection: "rising" | "falling" | "either";
  measure: "percent" | "count" | "empty";
  atMost: number | string;
  scope: "slot" | "machine";
  quietMinutes: number | string;
  escalateMinutes: number | string;
  target: string;
}

/** A new rule's fields, or those of one that is there. */
export function ruleValues(rule: Rule | null, machineId: string | null): RuleValues {
  const values: RuleValues = {
    name: rule?.name ?? "",
    severity: rule?.severity ?? "warning",
    kind: rule?.condition.kind ?? "threshold",
    metric: "temp_c",
    direction: "above",
    value: 8,
    clearValue: "",
    forMinutes: 10,
    offlineMinutes: 5,
    missingMinutes: 10,
    rateMinutes: 15,
    change: 3,
    rateDirection: "rising",
    measure: "percent",
    atMost: 20,
    scope: "slot",
    quietMinutes: 1_440,
    escalateMinutes: rule?.escalateMinutes ?? "",
    target: rule?.machine ? `machine ${rule.machine.id}` : rule?.template ? `template ${rule.template.id}` : machineId === null ? "" : `machine ${machineId}`,
  };
  return rule ? { ...values, ...conditionValues(rule.condition) } : values;
}

function conditionValues(condition: Condition): Partial<RuleValues> {
  switch (condition.kind) {
    case "threshold":
      return { metric: condition.metric, direction: condition.direction, value: condition.value, clearValue: condition.clearValue ?? "", forMinutes: condition.forSeconds / 60 };
    case "missing":
      return { metric: condition.metric, missingMinutes: condition.seconds / 60 };
    case "rate":
      return { metric: condition.metric, rateMinutes: condition.minutes, change: condition.change, rateDirection: condition.direction };
    case "offline":
      return { offlineMinutes: condition.forSeconds / 60 };
    case "stock":
      return { measure: condition.measure, scope: condition.scope, ...(condition.measure === "empty" ? {} : { atMost: condition.atMost }) };
    case "claim":
      return { quietMinutes: condition.quietMinutes };
  }
}

/** The condition that the fields say; null while a number is missing. What is out of bounds the server refuses, by field. */
export function conditionOf(values: RuleValues): Condition | null {
  const { kind, metric } = values;
  const number = (value: number | string) => (typeof value === "number" && Number.isFinite(value) ? value : null);
  const seconds = (value: number | string) => (typeof value === "number" ? Math.round(value * 60) : null);
  switch (kind) {
    case "threshold": {
      const [value, forSeconds] = [number(values.value), seconds(values.forMinutes)];
      return value === null || forSeconds === null || metric === "" ? null : { kind, metric, direction: values.direction, value, clearValue: number(values.clearValue), forSeconds };
    }
    case "missing": {
      const time = seconds(values.missingMinutes);
      return time === null || metric === "" ? null : { kind, metric, seconds: time };
    }
    case "rate": {
      const [minutes, change] = [number(values.rateMinutes), number(values.change)];
      return minutes === null || change === null || metric === "" ? null : { kind, metric, minutes, change, direction: values.rateDirection };
    }
    case "offline": {
      const forSeconds = seconds(values.offlineMinutes);
      return forSeconds === null ? null : { kind, forSeconds };
    }
    case "stock": {
      const atMost = values.measure === "empty" ? 0 : number(values.atMost);
      return atMost === null ? null : { kind, measure: values.measure, atMost, scope: values.scope };
    }
    case "claim": {
      const quietMinutes = number(values.quietMinutes);
      return quietMinutes === null ? null : { kind, quietMinutes };
    }
  }
}

/** Which machines: one, a kind, or all. */
export function targetOf(target: string): { machineId: string | null; templateId: string | null } {
  const [kind, id = null] = target.split(" ");
  return { machineId: kind === "machine" ? id : null, templateId: kind === "template" ? id : null };
}
