import { PROTOCOL_VERSION } from "#shared/machines/device.ts";
import { rolloutSteps, updateWindow } from "#shared/machines/rollouts.ts";
import type { RolloutStatus } from "#shared/machines/states.ts";
import type { SystemActor } from "#server/identity/actor.ts";
import { publish, type Tx } from "#server/infra/events.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";
import { recordAudit } from "#server/platform/audit.ts";
import { sendDownlink } from "../downlinks/downlinks.ts";
import { lockMachine } from "../machines-repository.ts";
import { ADDRESS_LIFETIME_MS, firmwareAddress } from "./address.ts";
import { recordProgress } from "./announce.ts";
import { jobId } from "./job.ts";
import { arrive, leave, losePatience, offer } from "./machine-progress.ts";
import { manifestText } from "./manifest.ts";
import { findReady, lockArrived, lockGone, lockProgress, lockQuiet, mayBeTold, type ProgressRow, waitingTimeZones } from "./rollout-machines-repository.ts";
import { judgeRollout } from "./rollout-progress.ts";
import { countStates, findRollout, holdRunning, liveRollouts, type RolloutRow, tryLockRollout, updateRollout } from "./rollout-repository.ts";
import { stepCounts } from "./step-counts.ts";
import { isWindowOpen } from "./update-window.ts";

export const ROUND_MS = 2_000;
const AT_ONCE = 200;
/** No device is asked for a word sooner. */
const SHORTEST_PATIENCE_MS = 2 * 60_000;
/** An offer that no bridge could pass on by then is made anew later. */
const OFFER_LIFETIME_MS = 2 * 60_000;
const ACTOR: SystemActor = { kind: "system", name: "rollouts", requestId: "" };

/**
 * One round over all rollouts: notes who has arrived, gives up or repeats what came to nothing, goes on with steps, and tells the machines whose turn it is.
 * Each step of it is one transaction that begins with a look at the database, so it may be cut off anywhere, and may run in many processes at once.
 */
export async function runRollouts(rt: Runtime): Promise<void> {
  for (const { id } of await liveRollouts(rt)) {
    const settled = await transact(rt, (tx) => settle(tx, id, rt.clock.now()));
    if (settled) await offerToReady(rt, id);
  }
}

/** @returns whether this process had it, and it may go on with the offers */
async function settle(tx: Tx, id: string, now: Date): Promise<boolean> {
  const rollout = await tryLockRollout(tx, id);
  if (!rollout) return false;
  const arrived = await lockArrived(tx, id, rollout.firmware.version, AT_ONCE);
  await recordProgress(tx, changes(arrived, (row) => arrive(row, now)), now);
  await recordProgress(tx, changes(await lockGone(tx, id, AT_ONCE), (row) => leave(row, now)), now);
  const again = rollout.status === "running" || rollout.status === "paused";
  const quiet = await lockQuiet(tx, id, new Date(now.getTime() - SHORTEST_PATIENCE_MS), AT_ONCE);
  await recordProgress(tx, changes(quiet, (row) => losePatience(row, row.heardAt, again, now)), now);
  if (rollout.status !== "running") return false;
  return judge(tx, rollout, now);
}

function changes<T extends ProgressRow>(rows: readonly T[], change: (row: T) => Partial<ProgressRow> | null): ProgressRow[] {
  return rows.flatMap((row) => {
    const next = change(row);
    return next ? [{ ...row, ...next }] : [];
  });
}

/** Goes on with the steps until one stands. @returns whether it still runs */
async function judge(tx: Tx, rollout: RolloutRow, now: Date): Promise<boolean> {
  const steps = rolloutSteps.parse(rollout.steps);
  const counts = stepCounts(await countStates(tx, [rollout.id]), steps.length);
  let { step, stepMetAt } = rollout;
  for (;;) {
    const { successThreshold, failureThreshold, soakMinutes } = rollout;
    const verdict = judgeRollout({ step, lastStep: steps.length, successThreshold, failureThreshold, soakMinutes, stepMetAt }, counts, now);
    if (verdict.kind === "next") {
      step = verdict.step;
      stepMetAt = null;
      continue;
    }
    const moved = step === rollout.step ? {} : { step, stepStartedAt: now };
    if (verdict.kind === "stay") {
      if (step === rollout.step && verdict.stepMetAt?.getTime() === rollout.stepMetAt?.getTime()) return true;
      await updateRollout(tx, rollout.id, { ...moved, stepMetAt: verdict.stepMetAt, updatedAt: now });
      await announce(tx, rollout.id, "running", null, now);
      return true;
    }
    const status = verdict.kind === "pause" ? "paused" : "completed";
    const reason = verdict.kind === "pause" ? verdict.reason : null;
    await updateRollout(tx, rollout.id, { ...moved, stepMetAt: null, status, statusReason: reason, updatedAt: now, ...(status === "completed" ? { endedAt: now } : {}) });
    await announce(tx, rollout.id, status, reason, now);
    await recordAudit(tx, ACTOR, { action: status === "paused" ? "rollout.pause" : "rollout.complete", subjectType: "rollout", subjectId: rollout.id, organizationId: null, after: { status, reason, step }, at: now });
    return false;
  }
}

async function announce(tx: Tx, rolloutId: string, status: RolloutStatus, reason: string | null, at: Date): Promise<void> {
  await publish(tx, { type: "rollout.changed", subject: rolloutId, organizationId: null, data: { rolloutId, status, reason }, at });
}

/** Tells the machines whose turn it is, each in a transaction of its own. */
async function offerToReady(rt: Runtime, id: string): Promise<void> {
  const rollout = await findRollout(rt.db.prisma, id);
  if (!rollout || rollout.status !== "running") return;
  const now = rt.clock.now();
  const window = updateWindow.nullable().parse(rollout.window);
  const open = (await waitingTimeZones(rt, id)).filter((zone) => isWindowOpen(window, zone, now));
  if (open.length === 0) return;
  const ready = await findReady(rt, { id, step: rollout.step, version: rollout.firmware.version }, open, now, AT_ONCE);
  for (const { machineId } of ready) {
    if (await transact(rt, (tx) => offerTo(rt, tx, id, machineId))) rt.signals.send("downlinks");
  }
}

async function offerTo(rt: Runtime, tx: Tx, rolloutId: string, machineId: string): Promise<boolean> {
  const rollout = await holdRunning(tx, rolloutId);
  const machine = rollout && (await lockMachine(tx, machineId));
  if (!rollout || !machine || !(await mayBeTold(tx, machineId))) return false;
  const [row] = await lockProgress(tx, [{ rolloutId, machineId }]);
  if (row?.state !== "waiting" || row.step > rollout.step) return false;
  const at = rt.clock.now();
  const { firmware } = rollout;
  const job = jobId(rolloutId, row.round);
  const expiresAt = new Date(at.getTime() + ADDRESS_LIFETIME_MS);
  const payload = {
    v: PROTOCOL_VERSION,
    job,
    url: firmwareAddress(rt.config, { firmwareId: firmware.id, machineId, job, expiresAt }),
    size: firmware.sizeBytes,
    sha256: firmware.sha256,
    version: firmware.version,
    window: updateWindow.nullable().parse(rollout.window),
    manifest: manifestText(firmware.manifest),
    signature: firmware.signature,
  };
  await recordProgress(tx, [{ ...row, ...offer(row, at) }], at);
  await sendDownlink(tx, { machineId, part: "ota", payload, expiresAt: new Date(at.getTime() + OFFER_LIFETIME_MS), at });
  return true;
}
