import type { z } from "zod";
import { notFound } from "#shared/errors.ts";
import type { MovementKind, movementListInput, movementListOutput, stockAdjustInput, stockAdjustOutput } from "#shared/machines/stock.ts";
import type { Actor, Scope } from "#server/identity/actor.ts";
import { namesOfUsers } from "#server/identity/directory.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";
import { recordAudit } from "#server/platform/audit.ts";
import { publishConfiguration } from "../configuration/configuration.ts";
import { findMachine, isVisible } from "../machines-repository.ts";
import { findMovements } from "./movements-repository.ts";
import { moveStock } from "./stock.ts";

/**
 * A person's word on what is in slots: a count, a correction, or what was thrown away.
 * @throws AppError NOT_FOUND, INVALID_REQUEST with a detail for each slot that does not fit
 */
export async function adjustStock(rt: Runtime, actor: Actor, scope: Scope, input: z.output<typeof stockAdjustInput>): Promise<z.output<typeof stockAdjustOutput>> {
  const { id, kind, reason } = input;
  const at = rt.clock.now();
  const slots = await transact(rt, async (tx) => {
    const machine = await findMachine(tx, scope, id);
    if (!machine) throw notFound("machine");
    const moved = await moveStock(tx, {
      machineId: id,
      kind,
      changes: input.slots.map(({ slot, count }) => (kind === "spoilage" ? { slot, delta: -count } : { slot, count })),
      reason,
      actorId: actor.kind === "user" ? actor.userId : null,
      at,
    });
    await publishConfiguration(tx, id, at);
    await recordAudit(tx, actor, {
      action: `machine.stock.${kind}`,
      subjectType: "machine",
      subjectId: id,
      organizationId: machine.organizationId,
      before: Object.fromEntries(moved.map((one) => [one.slot, one.before])),
      after: { ...Object.fromEntries(moved.map((one) => [one.slot, one.after])), ...(reason ? { reason } : {}) },
      at,
    });
    return moved;
  });
  rt.signals.send("downlinks");
  return { slots };
}

/** Why a machine's counts are what they are, newest first; of one slot or kind when asked. @throws AppError NOT_FOUND */
export async function listMovements(rt: Runtime, scope: Scope, input: z.output<typeof movementListInput>): Promise<z.output<typeof movementListOutput>> {
  if (!(await isVisible(rt, scope, input.id))) throw notFound("machine");
  const rows = await findMovements(rt, { machineId: input.id, slot: input.slot, kind: input.kind, before: input.cursor, limit: input.limit + 1 });
  const page = rows.slice(0, input.limit);
  const names = await namesOfUsers(rt, [...new Set(page.flatMap((row) => row.actorId ?? []))]);
  return {
    data: page.map(({ at, kind, actorId, ...row }) => ({
      ...row,
      at: at.toISOString(),
      // The column holds only what our own code writes from this list.
      kind: kind as MovementKind,
      actorName: actorId === null ? null : (names.get(actorId) ?? ""),
    })),
    nextCursor: rows.length > input.limit ? (page.at(-1)?.id ?? null) : null,
  };
}
