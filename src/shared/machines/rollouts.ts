import { z } from "zod";
import { displayName, id, pageInput, pageOf, timestamp } from "../schema.ts";
import { ROLLOUT_MACHINE_STATES, ROLLOUT_STATUSES, type RolloutMachineState, type RolloutStatus } from "./states.ts";

/** Where each rollout may go. */
export const ROLLOUT_NEXT: Record<RolloutStatus, readonly RolloutStatus[]> = {
  draft: ["running"],
  running: ["paused", "completed", "aborted"],
  paused: ["running", "aborted"],
  completed: [],
  aborted: [],
};

/** Where each machine of a rollout may go. What has ended may still turn out otherwise: an update that came through after all, or one that was taken back. */
export const ROLLOUT_MACHINE_NEXT: Record<RolloutMachineState, readonly RolloutMachineState[]> = {
  waiting: ["offered", "downloading", "verifying", "installing", "succeeded", "failed", "rolled_back", "skipped"],
  offered: ["waiting", "downloading", "verifying", "installing", "succeeded", "failed", "rolled_back", "skipped"],
  downloading: ["waiting", "offered", "verifying", "installing", "succeeded", "failed", "rolled_back", "skipped"],
  verifying: ["waiting", "offered", "downloading", "installing", "succeeded", "failed", "rolled_back", "skipped"],
  installing: ["waiting", "offered", "downloading", "verifying", "succeeded", "failed", "rolled_back", "skipped"],
  succeeded: ["rolled_back"],
  failed: ["waiting", "succeeded", "rolled_back"],
  rolled_back: ["waiting"],
  skipped: ["waiting", "rolled_back"],
};

/** Not ended: the machine belongs to this rollout and to no other. */
export const OPEN_STATES = ["waiting", "offered", "downloading", "verifying", "installing"] as const satisfies readonly RolloutMachineState[];
/** The device has been told and has not ended. */
export const BUSY_STATES = ["offered", "downloading", "verifying", "installing"] as const satisfies readonly RolloutMachineState[];

export function isOpen(state: RolloutMachineState): boolean {
  return (OPEN_STATES as readonly string[]).includes(state);
}

/** Why the platform stopped a rollout by itself, or who did. */
export const PAUSE_REASONS = ["failures", "success_unreachable", "operator"] as const;
export type PauseReason = (typeof PAUSE_REASONS)[number];

/** Why a machine is left out, or has failed without the device's having said so. */
export const MACHINE_REASONS = ["WRONG_PROJECT", "WRONG_CHIP", "TOO_LARGE", "SECURE_VERSION", "OTHER_ROLLOUT", "ROLLED_BACK_BEFORE", "ABORTED", "OPERATOR", "DECOMMISSIONED", "NO_ANSWER", "CAME_BACK_OLD"] as const;
export type MachineReason = (typeof MACHINE_REASONS)[number];

const minuteOfDay = z.number().int().min(0).max(1_439);
/** In the machine's local time, from inclusive, to exclusive; over midnight when `to` is below `from`. */
export const updateWindow = z.object({ from: minuteOfDay, to: minuteOfDay }).refine((window) => window.from !== window.to, { error: "must not begin and end at the same minute", path: ["to"] });
export type UpdateWindow = z.infer<typeof updateWindow>;

const machineIds = z.array(id("machine")).min(1).max(1_000);
export const rolloutTarget = z
  .object({
    templateId: id("machineTemplate").optional(),
    organizationId: id("organization").optional(),
    machineIds: machineIds.optional().describe("these alone; without, all machines whose template has firmware of this project and chip"),
    canary: z.union([z.object({ machineIds }), z.object({ count: z.number().int().min(0).max(1_000) })]).default({ count: 0 }),
  })
  .describe("which machines; decided when it is started");
export type RolloutTarget = z.infer<typeof rolloutTarget>;

export const rolloutSteps = z
  .array(z.object({ percent: z.number().int().min(1).max(100) }))
  .min(1)
  .max(20)
  .refine((steps) => steps.every((step, index) => index === 0 || step.percent > (steps[index - 1]?.percent ?? 0)), { error: "must grow from step to step" })
  .refine((steps) => steps.at(-1)?.percent === 100, { error: "must end with 100 percent" });

const percent = z.number().int().min(1).max(100);
const plan = z.object({
  name: displayName(100),
  target: rolloutTarget,
  steps: rolloutSteps,
  successThreshold: percent.describe("percent of a step's machines that must run the new version before the next step"),
  failureThreshold: percent.describe("percent of a step's machines that stops the rollout"),
  window: updateWindow.nullable(),
  soakMinutes: z.number().int().min(0).max(43_200).describe("a step that has succeeded stands so long before the next"),
});
export const rolloutCreateInput = plan.extend({
  firmwareId: id("firmware"),
  steps: plan.shape.steps.default([{ percent: 10 }, { percent: 50 }, { percent: 100 }]),
  target: plan.shape.target.default({ canary: { count: 0 } }),
  successThreshold: percent.default(95),
  failureThreshold: percent.default(10),
  window: plan.shape.window.default(null),
  soakMinutes: plan.shape.soakMinutes.default(0),
});
export const rolloutUpdateInput = plan.partial().extend({ id: id("rollout") });
export const rolloutIdInput = z.object({ id: id("rollout") });
export const rolloutMachineInput = z.object({ id: id("rollout"), machineId: id("machine") });

export const rolloutStepOutput = z.object({
  step: z.number().int().describe("0: the canary group"),
  percent: z.number().int().nullable(),
  total: z.number().int(),
  counted: z.number().int().describe("without those that were left out, or went wrong and were tolerated"),
  succeeded: z.number().int(),
  failed: z.number().int().describe("rolled back ones too"),
  open: z.number().int(),
});

export const rolloutOutput = z.object({
  id: z.string(),
  name: z.string(),
  firmwareId: z.string(),
  project: z.string(),
  version: z.string(),
  chip: z.string(),
  status: z.enum(ROLLOUT_STATUSES),
  statusReason: z.enum(PAUSE_REASONS).nullable(),
  step: z.number().int(),
  stepCount: z.number().int().describe("without the canary group"),
  machines: z.object({ total: z.number().int(), succeeded: z.number().int(), failed: z.number().int(), skipped: z.number().int(), open: z.number().int() }),
  createdAt: timestamp,
  startedAt: timestamp.nullable(),
  endedAt: timestamp.nullable(),
});
export const rolloutDetailOutput = rolloutOutput.extend({
  target: rolloutTarget,
  templateName: z.string().nullable(),
  organizationName: z.string().nullable(),
  steps: z.array(rolloutStepOutput),
  successThreshold: z.number().int(),
  failureThreshold: z.number().int(),
  window: z.object({ from: z.number().int(), to: z.number().int() }).nullable(),
  soakMinutes: z.number().int(),
  stepStartedAt: timestamp.nullable(),
  stepMetAt: timestamp.nullable(),
  createdBy: z.string().nullable(),
});
export const rolloutListInput = pageInput.extend({ status: z.enum(ROLLOUT_STATUSES).optional(), firmwareId: id("firmware").optional() });
export const rolloutListOutput = pageOf(rolloutOutput);

/** What a waiting machine waits for. */
export const WAITS = ["step", "paused", "offline", "window", "order", "retry", "turn"] as const;

export const rolloutMachineOutput = z.object({
  machineId: z.string(),
  name: z.string(),
  organizationName: z.string(),
  online: z.boolean(),
  step: z.number().int(),
  state: z.enum(ROLLOUT_MACHINE_STATES),
  waitsFor: z.enum(WAITS).nullable(),
  percent: z.number().int(),
  fromVersion: z.string().nullable(),
  runs: z.string().nullable().describe("the version that the machine says it runs"),
  error: z.string().nullable(),
  attempts: z.number().int(),
  tolerated: z.boolean(),
  offeredAt: timestamp.nullable(),
  retryAt: timestamp.nullable(),
  endedAt: timestamp.nullable(),
  updatedAt: timestamp,
});
export const rolloutMachineListInput = pageInput.extend({ id: id("rollout"), state: z.enum(ROLLOUT_MACHINE_STATES).optional(), search: z.string().trim().max(100).optional() });
export const rolloutMachineListOutput = pageOf(rolloutMachineOutput);

export const rolloutPreviewInput = z.object({ firmwareId: id("firmware"), target: rolloutTarget });
export const rolloutPreviewOutput = z.object({
  machines: z.number().int(),
  online: z.number().int(),
  alreadyThere: z.number().int(),
  skipped: z.array(z.object({ reason: z.enum(MACHINE_REASONS), count: z.number().int() })),
});

/** The updates of one machine, the newest first. */
export const machineUpdateOutput = z.object({
  rolloutId: z.string(),
  version: z.string(),
  state: z.enum(ROLLOUT_MACHINE_STATES),
  percent: z.number().int(),
  fromVersion: z.string().nullable(),
  error: z.string().nullable(),
  updatedAt: timestamp,
});
