import type { OTA_STATES } from "#shared/machines/device.ts";
import { isOpen, type MachineReason } from "#shared/machines/rollouts.ts";
import type { RolloutMachineState } from "#shared/machines/states.ts";

/** How far a machine is in a rollout. */
export interface MachineProgress {
  state: RolloutMachineState;
  percent: number;
  error: string | null;
  /** times it was offered */
  attempts: number;
  /** times it was begun anew after the device had ended it; part of the job's id */
  round: number;
  /** times the device said that it restarts into the new firmware */
  installs: number;
  tolerated: boolean;
  offeredAt: Date | null;
  retryAt: Date | null;
  endedAt: Date | null;
  updatedAt: Date;
}

export interface OtaReport {
  round: number;
  state: (typeof OTA_STATES)[number];
  percent?: number | undefined;
  error?: string | undefined;
}

const MINUTE_MS = 60_000;
/** An update that a device has deferred (a sale, its window) is offered again after this. */
const DEFERRED_MS = 10 * MINUTE_MS;
const LONGEST_PAUSE_MINUTES = 60;
/** A device that says so often that it has failed is left alone, until an administrator lets it begin anew. */
const ROUNDS_OF_A_TURN = 5;
/** Offers that led to nothing, about a day of them with their pauses: a device that takes no updates. */
const MOST_OFFERS = 24;
/** A device that restarted so often into the new firmware and came back with the old one has gone back to it, whether it says so or not. */
const MOST_INSTALLS = 2;
/** How long a connected device may say nothing before it is offered the same again; percentages come far more often than this. */
const PATIENCE_MS: Partial<Record<RolloutMachineState, number>> = { offered: 2 * MINUTE_MS, downloading: 5 * MINUTE_MS, verifying: 5 * MINUTE_MS, installing: 10 * MINUTE_MS };

/** What a report of the device makes of it; null: nothing. That a device says "succeeded" is not enough: the version with which it connects decides. */
export function takeReport(before: MachineProgress, report: OtaReport, now: Date): MachineProgress | null {
  if (report.round !== before.round || before.attempts === 0) return null;
  if (report.state === "rolled_back") return before.state === "rolled_back" ? null : ended(before, "rolled_back", report.error ?? null, now);
  if (!isOpen(before.state)) return null;
  const moved = { ...before, retryAt: null, updatedAt: now };
  switch (report.state) {
    case "accepted":
      return { ...moved, state: "offered", percent: 0, error: null };
    case "downloading":
    case "verifying":
      return { ...moved, state: report.state, percent: report.percent ?? (before.state === report.state ? before.percent : 0), error: null };
    case "installing":
      return { ...moved, state: "installing", percent: 100, error: null, installs: before.installs + (before.state === "installing" ? 0 : 1) };
    case "succeeded":
      return { ...moved, state: "installing", percent: 100, error: null };
    case "deferred":
      return { ...moved, state: "waiting", percent: 0, error: report.error ?? null, retryAt: new Date(now.getTime() + DEFERRED_MS) };
    case "failed":
      return takeFailure(before, report.error ?? "FAILED", now);
  }
}

function takeFailure(before: MachineProgress, error: string, now: Date): MachineProgress {
  if (isPermanent(error) || before.round % ROUNDS_OF_A_TURN === ROUNDS_OF_A_TURN - 1) return ended(before, "failed", error, now);
  return { ...before, state: "waiting", percent: 0, error, round: before.round + 1, retryAt: pauseAfter((before.round % ROUNDS_OF_A_TURN) + 1, now), updatedAt: now };
}

/** What no repetition mends. 403 is what a device gets that went on with an address of long ago: its next job has a new one. */
function isPermanent(error: string): boolean {
  const status = /\bhttp[ _-]*(4[0-9]{2})\b/i.exec(error)?.[1];
  if (status !== undefined) return !["403", "408", "429"].includes(status);
  return /\b(?:signature|manifest|chip|project|too[ _]large|secure[ _]version|rejected)\b/i.test(error);
}

/** Offered (again): the same job while its round lasts. */
export function offer(before: MachineProgress, now: Date): MachineProgress {
  return { ...before, state: "offered", percent: 0, error: null, attempts: before.attempts + 1, offeredAt: now, retryAt: null, updatedAt: now };
}

/** The machine runs the version: by now it does not matter how it came to it. Null: nothing changes. */
export function arrive(before: MachineProgress, now: Date): MachineProgress | null {
  return isOpen(before.state) || before.state === "failed" ? ended({ ...before, percent: 100 }, "succeeded", null, now) : null;
}

/**
 * A connected device that was told and says nothing: it lost power, or never got the message. It is offered the same job again, later each time.
 * @param heardAt when it connected last
 * @param again whether the rollout still offers
 */
export function losePatience(before: MachineProgress, heardAt: Date | null, again: boolean, now: Date): MachineProgress | null {
  const patience = PATIENCE_MS[before.state];
  const since = Math.max(before.updatedAt.getTime(), heardAt?.getTime() ?? 0);
  if (patience === undefined || now.getTime() - since < patience) return null;
  if (before.state === "installing" && before.installs >= MOST_INSTALLS) return ended(before, "rolled_back", "CAME_BACK_OLD" satisfies MachineReason, now);
  if (!again || before.attempts >= MOST_OFFERS) return ended(before, "failed", "NO_ANSWER" satisfies MachineReason, now);
  return { ...before, state: "waiting", percent: 0, retryAt: pauseAfter(before.attempts, now), updatedAt: now };
}

/** Left out from now on. Null: it has ended, or restarts into the new firmware and cannot be held back. */
export function skip(before: MachineProgress, reason: MachineReason, now: Date): MachineProgress | null {
  return isOpen(before.state) && before.state !== "installing" ? ended(before, "skipped", reason, now) : null;
}

/** The machine is none any more. Null: it has ended here too. */
export function leave(before: MachineProgress, now: Date): MachineProgress | null {
  return isOpen(before.state) ? ended(before, "skipped", "DECOMMISSIONED" satisfies MachineReason, now) : null;
}

/** An administrator has it offered once more. Null: it is under way, or has succeeded. */
export function beginAnew(before: MachineProgress, now: Date): MachineProgress | null {
  if (isOpen(before.state) || before.state === "succeeded") return null;
  const round = (Math.floor(before.round / ROUNDS_OF_A_TURN) + 1) * ROUNDS_OF_A_TURN;
  return { ...before, state: "waiting", percent: 0, error: null, attempts: 0, round, installs: 0, tolerated: false, offeredAt: null, retryAt: null, endedAt: null, updatedAt: now };
}

function ended(before: MachineProgress, state: "succeeded" | "failed" | "rolled_back" | "skipped", error: string | null, now: Date): MachineProgress {
  return { ...before, state, error, tolerated: false, retryAt: null, endedAt: now, updatedAt: now };
}

/** 1, 2, 4 … minutes, at most an hour. */
function pauseAfter(times: number, now: Date): Date {
  return new Date(now.getTime() + Math.min(2 ** Math.max(0, times - 1), LONGEST_PAUSE_MINUTES) * MINUTE_MS);
}
