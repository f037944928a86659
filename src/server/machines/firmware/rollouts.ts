import type { z } from "zod";
import { AppError, notFound } from "#shared/errors.ts";
import { newId } from "#shared/ids.ts";
import { BUSY_STATES, isOpen, ROLLOUT_NEXT, type rolloutCreateInput, type rolloutDetailOutput, rolloutSteps, rolloutTarget, type rolloutUpdateInput } from "#shared/machines/rollouts.ts";
import type { RolloutStatus } from "#shared/machines/states.ts";
import type { UserActor } from "#server/identity/actor.ts";
import { publish, type Tx } from "#server/infra/events.ts";
import { Prisma, type RolloutMachine } from "#server/infra/prisma/client.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";
import { recordAudit } from "#server/platform/audit.ts";
import { recordProgress } from "./announce.ts";
import { lockFirmware } from "./firmware-repository.ts";
import { skip } from "./machine-progress.ts";
import { insertRolloutMachines, lockInStates, tolerateFailures } from "./rollout-machines-repository.ts";
import { deleteRollout, insertRollout, lockRollout, type RolloutRow, updateRollout } from "./rollout-repository.ts";
import { describeRollout } from "./rollout-views.ts";
import { assignSteps, leftOut } from "./targets.ts";
import { findCandidates } from "./targets-repository.ts";

type Detail = z.output<typeof rolloutDetailOutput>;

/** Plans a rollout. Nothing happens before it is started. @throws AppError NOT_FOUND, INVALID_STATE when the firmware is archived */
export async function createRollout(rt: Runtime, actor: UserActor, input: z.output<typeof rolloutCreateInput>): Promise<Detail> {
  const id = newId("rollout");
  await transact(rt, async (tx) => {
    const at = rt.clock.now();
    await requireFirmware(tx, input.firmwareId);
    const { window, ...plan } = input;
    await insertRollout(tx, { id, ...plan, window: window ?? Prisma.JsonNull, status: "draft", createdById: actor.userId, createdAt: at, updatedAt: at });
    await recordAudit(tx, actor, { action: "rollout.create", subjectType: "rollout", subjectId: id, organizationId: null, after: { ...input }, at });
    await announce(tx, id, "draft", null, at);
  });
  return describeRollout(rt, id);
}

/** Changes the plan of a draft. @throws AppError NOT_FOUND, INVALID_STATE */
export async function changeRollout(rt: Runtime, actor: UserActor, input: z.output<typeof rolloutUpdateInput>): Promise<Detail> {
  await transact(rt, async (tx) => {
    const rollout = await lockIn(tx, input.id, ["draft"]);
    const at = rt.clock.now();
    const { id, window, ...rest } = input;
    const plan = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
    await updateRollout(tx, id, { ...plan, ...(window === undefined ? {} : { window: window ?? Prisma.JsonNull }), updatedAt: at });
    await recordAudit(tx, actor, { action: "rollout.update", subjectType: "rollout", subjectId: rollout.id, organizationId: null, after: { ...plan, ...(window === undefined ? {} : { window }) }, at });
    await announce(tx, id, "draft", null, at);
  });
  return describeRollout(rt, input.id);
}

/** Removes a draft. @throws AppError NOT_FOUND, INVALID_STATE */
export async function discardRollout(rt: Runtime, actor: UserActor, id: string): Promise<void> {
  await transact(rt, async (tx) => {
    const rollout = await lockIn(tx, id, ["draft"]);
    const at = rt.clock.now();
    await deleteRollout(tx, id);
    await recordAudit(tx, actor, { action: "rollout.discard", subjectType: "rollout", subjectId: id, organizationId: null, before: { name: rollout.name }, at });
    await announce(tx, id, "draft", "discarded", at);
  });
}

/**
 * Starts a draft: from here on it is fixed which machines it is for. Those that cannot have the firmware, have taken it back before or are in another rollout are
 * left out with the reason; those that run it have succeeded.
 * @throws AppError NOT_FOUND, INVALID_STATE, CONFLICT when no machine is left or a machine of the canary group is not among them
 */
export async function startRollout(rt: Runtime, actor: UserActor, id: string): Promise<Detail> {
  await transact(rt, async (tx) => {
    const rollout = await lockIn(tx, id, ["draft"]);
    const firmware = await requireFirmware(tx, rollout.firmwareId);
    const at = rt.clock.now();
    const target = rolloutTarget.parse(rollout.target);
    const candidates = await findCandidates(tx, firmware, target);
    const judged = candidates.map((candidate) => ({ candidate, reason: leftOut(candidate, firmware) }));
    const taken = judged.filter(({ reason }) => reason === null).map(({ candidate }) => candidate);
    if (taken.length === 0) throw new AppError("CONFLICT", "No machine of this target can have the firmware.", { reason: "no_machines" });
    const stepOf = assignSteps(id, taken, target.canary, rolloutSteps.parse(rollout.steps));
    const stray = "machineIds" in target.canary ? target.canary.machineIds.find((machineId) => stepOf.get(machineId) !== 0) : undefined;
    if (stray !== undefined) throw new AppError("CONFLICT", `The machine ${stray} of the canary group is not among those that get the firmware.`, { reason: "canary" });
    const row = (machineId: string, fromVersion: string | null): RolloutMachine => ({
      rolloutId: id, machineId, step: stepOf.get(machineId) ?? 0, state: "waiting", percent: 0, fromVersion, error: null, attempts: 0, round: 0, installs: 0, tolerated: false, ota: null,
      offeredAt: null, retryAt: null, endedAt: null, updatedAt: at,
    });
    const rows = taken.map(({ id: machineId, firmwareVersion }) => ({
      ...row(machineId, firmwareVersion),
      ...(firmwareVersion === firmware.version ? { state: "succeeded", percent: 100, endedAt: at } : {}),
    }));
    const added = await insertRolloutMachines(tx, rows);
    const others = [
      ...judged.flatMap(({ candidate, reason }) => (reason === null ? [] : [{ candidate, reason }])),
      // Another rollout was started at the same time and has it.
      ...taken.filter((candidate) => !added.has(candidate.id)).map((candidate) => ({ candidate, reason: "OTHER_ROLLOUT" as const })),
    ];
    await insertRolloutMachines(tx, others.map(({ candidate, reason }) => ({ ...row(candidate.id, candidate.firmwareVersion), state: "skipped", error: reason, endedAt: at })));
    await updateRollout(tx, id, { status: "running", statusReason: null, step: 0, startedAt: at, stepStartedAt: at, updatedAt: at });
    await recordAudit(tx, actor, { action: "rollout.start", subjectType: "rollout", subjectId: id, organizationId: null, after: { machines: added.size, skipped: others.length, version: firmware.version }, at });
    await announce(tx, id, "running", null, at);
  });
  return describeRollout(rt, id);
}

/** No machine is told any more; what is under way goes on and is noted. @throws AppError NOT_FOUND, INVALID_STATE */
export async function pauseRollout(rt: Runtime, actor: UserActor, id: string): Promise<Detail> {
  return move(rt, actor, id, "paused", "rollout.pause", async () => ({ statusReason: "operator" }));
}

/** Goes on. Failures up to now no longer count: whoever resumes has seen them. @throws AppError NOT_FOUND, INVALID_STATE */
export async function resumeRollout(rt: Runtime, actor: UserActor, id: string): Promise<Detail> {
  return move(rt, actor, id, "running", "rollout.resume", async (tx) => {
    await tolerateFailures(tx, id);
    return { statusReason: null };
  });
}

/** Ends it: machines that were not told never are, and downloads are cut off. One that restarts into the new firmware cannot be held back. @throws AppError NOT_FOUND, INVALID_STATE */
export async function abortRollout(rt: Runtime, actor: UserActor, id: string): Promise<Detail> {
  return move(rt, actor, id, "aborted", "rollout.abort", async (tx, at) => {
    const rows = await lockInStates(tx, id, ["waiting", ...BUSY_STATES]);
    await recordProgress(
      tx,
      rows.flatMap((row) => {
        const next = isOpen(row.state) ? skip(row, "ABORTED", at) : null;
        return next ? [{ ...row, ...next }] : [];
      }),
      at,
    );
    return { statusReason: null, endedAt: at };
  });
}

async function move(rt: Runtime, actor: UserActor, id: string, status: "running" | "paused" | "aborted", action: string, work: (tx: Tx, at: Date) => Promise<{ statusReason: string | null; endedAt?: Date }>): Promise<Detail> {
  await transact(rt, async (tx) => {
    const rollout = await lockIn(tx, id, (Object.keys(ROLLOUT_NEXT) as RolloutStatus[]).filter((from) => from !== "draft" && ROLLOUT_NEXT[from].includes(status)));
    const at = rt.clock.now();
    const changes = await work(tx, at);
    await updateRollout(tx, id, { ...changes, status, stepMetAt: null, updatedAt: at });
    await recordAudit(tx, actor, { action, subjectType: "rollout", subjectId: id, organizationId: null, before: { status: rollout.status }, after: { status }, at });
    await announce(tx, id, status, changes.statusReason, at);
  });
  return describeRollout(rt, id);
}

async function lockIn(tx: Tx, id: string, statuses: readonly RolloutStatus[]): Promise<RolloutRow> {
  const rollout = await lockRollout(tx, id);
  if (!rollout) throw notFound("rollout");
  if (!(statuses as readonly string[]).includes(rollout.status)) throw new AppError("INVALID_STATE", `The rollout is ${rollout.status}.`, { state: rollout.status });
  return rollout;
}

async function requireFirmware(tx: Tx, id: string) {
  const firmware = await lockFirmware(tx, id);
  if (!firmware) throw notFound("firmware");
  if (firmware.archivedAt) throw new AppError("INVALID_STATE", "The firmware is archived.", { state: "archived" });
  return firmware;
}

async function announce(tx: Tx, rolloutId: string, status: RolloutStatus, reason: string | null, at: Date): Promise<void> {
  await publish(tx, { type: "rollout.changed", subject: rolloutId, organizationId: null, data: { rolloutId, status, reason }, at });
}
