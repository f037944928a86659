import type { z } from "zod";
import { AppError, notFound } from "#shared/errors.ts";
import type { machineUpdateOutput, rolloutMachineInput, rolloutMachineListInput, rolloutMachineListOutput, rolloutMachineOutput, WAITS } from "#shared/machines/rollouts.ts";
import { updateWindow } from "#shared/machines/rollouts.ts";
import type { RolloutMachineState } from "#shared/machines/states.ts";
import { pagination } from "#shared/schema.ts";
import type { Scope, UserActor } from "#server/identity/actor.ts";
import { namesOfOrganizations } from "#server/identity/directory.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";
import { recordAudit } from "#server/platform/audit.ts";
import { isVisible } from "../machines-repository.ts";
import { recordProgress } from "./announce.ts";
import { beginAnew, type MachineProgress, skip } from "./machine-progress.ts";
import { findMachineUpdates, findRolloutMachines, isInAnother, lockProgress, machinesSelling, type RolloutMachineRow } from "./rollout-machines-repository.ts";
import { findRollout, lockRollout, type RolloutRow } from "./rollout-repository.ts";
import { isWindowOpen } from "./update-window.ts";

const UPDATES_SHOWN = 20;

/** A page of a rollout's machines, with what those wait for whose turn it is not. @throws AppError NOT_FOUND */
export async function listRolloutMachines(rt: Runtime, input: z.output<typeof rolloutMachineListInput>): Promise<z.output<typeof rolloutMachineListOutput>> {
  const rollout = await findRollout(rt.db.prisma, input.id);
  if (!rollout) throw notFound("rollout");
  const { rows, total } = await findRolloutMachines(rt, { rolloutId: input.id, state: input.state, search: input.search || undefined, limit: input.limit, offset: (input.page - 1) * input.limit });
  const [names, selling] = await Promise.all([namesOfOrganizations(rt, [...new Set(rows.map((row) => row.machine.organizationId))]), machinesSelling(rt, rows.map((row) => row.machineId))]);
  const now = rt.clock.now();
  return {
    data: rows.map((row): z.output<typeof rolloutMachineOutput> => ({
      machineId: row.machineId,
      name: row.machine.name,
      organizationName: names.get(row.machine.organizationId) ?? "",
      online: row.machine.status === "online",
      step: row.step,
      state: row.state as RolloutMachineState,
      waitsFor: row.state === "waiting" ? waitsFor(rollout, row, selling.has(row.machineId), now) : null,
      percent: row.percent,
      fromVersion: row.fromVersion,
      runs: row.machine.firmwareVersion,
      error: row.error,
      attempts: row.attempts,
      tolerated: row.tolerated,
      offeredAt: row.offeredAt?.toISOString() ?? null,
      retryAt: row.retryAt?.toISOString() ?? null,
      endedAt: row.endedAt?.toISOString() ?? null,
      updatedAt: row.updatedAt.toISOString(),
    })),
    pagination: pagination(input, total),
  };
}

function waitsFor(rollout: RolloutRow, row: RolloutMachineRow, selling: boolean, now: Date): (typeof WAITS)[number] {
  if (rollout.status === "paused") return "paused";
  if (row.step > rollout.step) return "step";
  if (row.machine.status !== "online") return "offline";
  if (row.retryAt && row.retryAt > now) return "retry";
  if (!isWindowOpen(updateWindow.nullable().parse(rollout.window), row.machine.timezone, now)) return "window";
  return selling ? "order" : "turn";
}

/**
 * Has the firmware offered once more to a machine that failed, took it back or was left out: an administrator's word is what it takes after that.
 * @throws AppError NOT_FOUND, INVALID_STATE when the rollout has ended or the machine has not, CONFLICT when another rollout has the machine
 */
export async function retryMachine(rt: Runtime, actor: UserActor, input: z.output<typeof rolloutMachineInput>): Promise<void> {
  await change(rt, actor, input, "rollout.machine.retry", beginAnew, "The machine has succeeded or is under way.");
}

/** Leaves a machine out that was not finished. @throws AppError NOT_FOUND, INVALID_STATE */
export async function skipMachine(rt: Runtime, actor: UserActor, input: z.output<typeof rolloutMachineInput>): Promise<void> {
  await change(rt, actor, input, "rollout.machine.skip", (row, now) => skip(row, "OPERATOR", now), "The machine has ended, or restarts into the new firmware.");
}

async function change(rt: Runtime, actor: UserActor, { id, machineId }: z.output<typeof rolloutMachineInput>, action: string, how: (row: MachineProgress, now: Date) => MachineProgress | null, refusal: string): Promise<void> {
  await transact(rt, async (tx) => {
    const rollout = await lockRollout(tx, id);
    if (!rollout) throw notFound("rollout");
    if (rollout.status !== "running" && rollout.status !== "paused") throw new AppError("INVALID_STATE", `The rollout is ${rollout.status}.`, { state: rollout.status });
    const [row] = await lockProgress(tx, [{ rolloutId: id, machineId }]);
    if (!row) throw notFound("machine");
    const at = rt.clock.now();
    const next = how(row, at);
    if (!next) throw new AppError("INVALID_STATE", refusal, { state: row.state });
    if (next.state === "waiting" && (await isInAnother(tx, id, machineId))) throw new AppError("CONFLICT", "The machine is in another rollout.", { reason: "OTHER_ROLLOUT" });
    await recordProgress(tx, [{ ...row, ...next }], at);
    await recordAudit(tx, actor, { action, subjectType: "rollout", subjectId: id, organizationId: null, before: { machineId, state: row.state, error: row.error }, after: { state: next.state }, at });
  });
}

/** What a machine was and is offered, the newest first. @throws AppError NOT_FOUND when the scope does not see it */
export async function listMachineUpdates(rt: Runtime, scope: Scope, machineId: string): Promise<{ data: z.output<typeof machineUpdateOutput>[] }> {
  if (!(await isVisible(rt, scope, machineId))) throw notFound("machine");
  const rows = await findMachineUpdates(rt, machineId, UPDATES_SHOWN);
  return {
    data: rows.map(({ rolloutId, rollout, state, percent, fromVersion, error, updatedAt }) => ({
      rolloutId, version: rollout.firmware.version, state: state as RolloutMachineState, percent, fromVersion, error,
      updatedAt: updatedAt.toISOString(),
    })),
  };
}
