import type { z } from "zod";
import type { rolloutCreateInput } from "#shared/machines/rollouts.ts";

/** A rollout as the form holds it. */
export interface PlanValues {
  name: string;
  organizationId: string | null;
  templateId: string | null;
  machineIds: string[];
  canary: "none" | "count" | "chosen";
  canaryCount: number | string;
  canaryIds: string[];
  steps: string;
  successThreshold: number | string;
  failureThreshold: number | string;
  soakMinutes: number | string;
  windowed: boolean;
  from: string;
  to: string;
}

export const EMPTY_PLAN: PlanValues = {
  name: "",
  organizationId: null,
  templateId: null,
  machineIds: [],
  canary: "count",
  canaryCount: 1,
  canaryIds: [],
  steps: "10, 50, 100",
  successThreshold: 95,
  failureThreshold: 10,
  soakMinutes: 30,
  windowed: false,
  from: "02:00",
  to: "05:00",
};

type Plan = z.input<typeof rolloutCreateInput>;

/** "10, 50, 100" as steps; null: not numbers that grow to 100. */
export function parseSteps(text: string): { percent: number }[] | null {
  const parts = text.split(/[\s,%]+/).filter(Boolean);
  const steps = parts.map((part) => (/^\d{1,3}$/.test(part) ? Number(part) : 0));
  const grows = steps.every((step, index) => step > (steps[index - 1] ?? 0) && step <= 100);
  return steps.length > 0 && steps.length <= 20 && grows && steps.at(-1) === 100 ? steps.map((step) => ({ percent: step })) : null;
}

/** "02:30" as minutes of the day; null: no time. */
export function minuteOf(time: string): number | null {
  const [, hours, minutes] = /^(\d{2}):(\d{2})$/.exec(time) ?? [];
  const minute = Number(hours) * 60 + Number(minutes);
  return Number.isInteger(minute) && minute < 1_440 && Number(minutes) < 60 ? minute : null;
}

/** Minutes of the day as "02:30". */
export function timeOf(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;
}

/** Which machines the form means. */
export function targetOf(values: PlanValues): NonNullable<Plan["target"]> {
  const { organizationId, templateId, machineIds, canary, canaryCount, canaryIds } = values;
  return {
    ...(organizationId ? { organizationId } : {}),
    ...(templateId ? { templateId } : {}),
    ...(machineIds.length > 0 ? { machineIds } : {}),
    canary: canary === "chosen" && canaryIds.length > 0 ? { machineIds: canaryIds } : { count: canary === "count" ? Number(canaryCount) || 0 : 0 },
  };
}

/** The form as the API takes it; null while something in it is wrong. */
export function planOf(values: PlanValues): Omit<Plan, "firmwareId"> | null {
  const steps = parseSteps(values.steps);
  const window = windowOf(values);
  if (!steps || window === "invalid") return null;
  return {
    name: values.name.trim(),
    target: targetOf(values),
    steps,
    successThreshold: Number(values.successThreshold),
    failureThreshold: Number(values.failureThreshold),
    soakMinutes: Number(values.soakMinutes) || 0,
    window,
  };
}

/** null: at any time */
export function windowOf({ windowed, from, to }: Pick<PlanValues, "windowed" | "from" | "to">): { from: number; to: number } | null | "invalid" {
  if (!windowed) return null;
  const [begin, end] = [minuteOf(from), minuteOf(to)];
  return begin === null || end === null || begin === end ? "invalid" : { from: begin, to: end };
}
