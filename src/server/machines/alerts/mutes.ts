import type { z } from "zod";
import { AppError, notFound } from "#shared/errors.ts";
import { newId } from "#shared/ids.ts";
import type { muteInput, muteListOutput } from "#shared/machines/alert-lists.ts";
import { MAX_MUTE_DAYS } from "#shared/machines/alerts.ts";
import type { Scope, UserActor } from "#server/identity/actor.ts";
import { namesOfUsers } from "#server/identity/directory.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";
import { recordAudit } from "#server/platform/audit.ts";
import { findMachine, isVisible } from "../machines-repository.ts";
import { deleteMute, findMutes, namesOfRules, replaceMute } from "./alerts-repository.ts";
import { isRuleKnown } from "./rules-repository.ts";

const DAY_MS = 86_400_000;

/** The machine's mutes that last. @throws AppError NOT_FOUND */
export async function listMutes(rt: Runtime, scope: Scope, machineId: string): Promise<z.output<typeof muteListOutput>> {
  if (!(await isVisible(rt, scope, machineId))) throw notFound("machine");
  const mutes = await findMutes(rt, [machineId], rt.clock.now());
  const [users, rules] = await Promise.all([namesOfUsers(rt, mutes.map((mute) => mute.userId)), namesOfRules(rt, mutes.flatMap((mute) => mute.ruleId ?? []))]);
  return {
    data: mutes.map((mute) => ({
      id: mute.id,
      machineId,
      ruleId: mute.ruleId,
      ruleName: mute.ruleId === null ? null : (rules.get(mute.ruleId) ?? ""),
      until: mute.until.toISOString(),
      reason: mute.reason,
      by: users.get(mute.userId) ?? "",
      createdAt: mute.createdAt.toISOString(),
    })),
  };
}

/**
 * For a while nobody is told of the machine's alerts, or of those by one rule; they are recorded, and told when the mute ends and they still fire.
 * @throws AppError NOT_FOUND, INVALID_REQUEST for a time that is past or too far
 */
export async function muteAlerts(rt: Runtime, actor: UserActor, scope: Scope, input: z.output<typeof muteInput>): Promise<{ id: string }> {
  const at = rt.clock.now();
  const until = new Date(input.until);
  if (until <= at || until.getTime() > at.getTime() + MAX_MUTE_DAYS * DAY_MS) {
    throw new AppError("INVALID_REQUEST", `until must be in the future, at most ${MAX_MUTE_DAYS} days`, { details: [{ field: "until", message: `must be in the future, at most ${MAX_MUTE_DAYS} days` }] });
  }
  const id = newId("alertMute");
  await transact(rt, async (tx) => {
    const machine = await findMachine(tx, scope, input.machineId);
    if (!machine) throw notFound("machine");
    if (input.ruleId !== null && !(await isRuleKnown(tx, machine.organizationId, input.ruleId))) throw notFound("alert rule");
    await replaceMute(tx, { id, machineId: machine.id, ruleId: input.ruleId, reason: input.reason, until, userId: actor.userId, createdAt: at });
    await recordAudit(tx, actor, { action: "alert.mute", subjectType: "machine", subjectId: machine.id, organizationId: machine.organizationId, after: { ruleId: input.ruleId, until: input.until, reason: input.reason }, at });
  });
  return { id };
}

/** @throws AppError NOT_FOUND */
export async function unmuteAlerts(rt: Runtime, actor: UserActor, scope: Scope, id: string): Promise<void> {
  await transact(rt, async (tx) => {
    const mute = await deleteMute(tx, scope, id);
    if (!mute) throw notFound("mute");
    await recordAudit(tx, actor, { action: "alert.unmute", subjectType: "machine", subjectId: mute.machineId, organizationId: mute.machine.organizationId, before: { ruleId: mute.ruleId, until: mute.until.toISOString(), reason: mute.reason }, at: rt.clock.now() });
  });
}
