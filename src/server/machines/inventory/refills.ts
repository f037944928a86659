import type { z } from "zod";
import { AppError, notFound } from "#shared/errors.ts";
import { newId } from "#shared/ids.ts";
import type { openRefillOutput, Refill, refillConfirmInput, refillFinishInput, RefillLine, refillListInput, refillListOutput, refillStartInput, RefillStatus } from "#shared/machines/refills.ts";
import type { Scope, UserActor } from "#server/identity/actor.ts";
import { namesOfUsers } from "#server/identity/directory.ts";
import { publish, type Tx } from "#server/infra/events.ts";
import type { Prisma } from "#server/infra/prisma/client.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";
import { recordAudit } from "#server/platform/audit.ts";
import { publishConfiguration } from "../configuration/configuration.ts";
import { isVisible } from "../machines-repository.ts";
import { findOpenRefill, findRefill, findRefills, insertRefill, type RefillRow, soldSince, updateRefill } from "./refill-repository.ts";
import { refillLines, viewRefill } from "./refill-view.ts";
import { lockForStock } from "./stock-repository.ts";
import { moveStock } from "./stock.ts";

/**
 * Begins to fill a machine, or goes on with what the same person began. Nothing counts until it is finished.
 * @throws AppError NOT_FOUND; INVALID_STATE with reason `open_elsewhere` when another person has a refill open here and `takeOver` is not said; INVALID_STATE
 *   when there is nothing to fill
 */
export async function startRefill(rt: Runtime, actor: UserActor, scope: Scope, input: z.output<typeof refillStartInput>): Promise<Refill> {
  const at = rt.clock.now();
  if (!(await isVisible(rt, scope, input.id))) throw notFound("machine");
  const open = await openRefill(rt, actor, scope, input.id);
  const id = await transact(rt, async (tx) => {
    const machine = await lockForStock(tx, input.id);
    if (!machine) throw notFound("machine");
    if (machine.status === "decommissioned") throw new AppError("INVALID_STATE", "The machine is decommissioned.", { state: machine.status });
    const present = await findOpenRefill(tx, input.id);
    if (present?.userId === actor.userId) return present.id;
    if (present && !input.takeOver) {
      const name = open.refill?.id === present.id ? open.refill.userName : "Another person";
      throw new AppError("INVALID_STATE", `${name} is filling this machine since ${present.startedAt.toISOString()}.`, { reason: "open_elsewhere", state: "open" });
    }
    if (present) await updateRefill(tx, present.id, { status: "abandoned", finishedAt: at });
    const refillId = newId("refill");
    await insertRefill(tx, { id: refillId, machineId: input.id, userId: actor.userId, startedAt: at });
    const audit = { subjectType: "machine", subjectId: input.id, organizationId: machine.organizationId, at };
    await recordAudit(tx, actor, { ...audit, action: "machine.refill.start", after: { refillId, ...(present ? { takenOverFrom: present.userId } : {}) } });
    return refillId;
  });
  return getRefill(rt, scope, id);
}

/** @throws AppError NOT_FOUND */
export async function getRefill(rt: Runtime, scope: Scope, id: string): Promise<Refill> {
  const row = await findRefill(rt.db.prisma, scope, id);
  if (!row) throw notFound("refill");
  return viewRefill(row, (await namesOfUsers(rt, [row.userId])).get(row.userId) ?? "");
}

/** Who is filling the machine just now. @throws AppError NOT_FOUND */
export async function openRefill(rt: Runtime, actor: UserActor, scope: Scope, machineId: string): Promise<z.output<typeof openRefillOutput>> {
  if (!(await isVisible(rt, scope, machineId))) throw notFound("machine");
  const row = await findOpenRefill(rt.db.prisma, machineId);
  if (!row) return { refill: null };
  const userName = (await namesOfUsers(rt, [row.userId])).get(row.userId) ?? "";
  return { refill: { id: row.id, userId: row.userId, userName, startedAt: row.startedAt.toISOString(), confirmed: refillLines(row.lines).length, own: row.userId === actor.userId } };
}

/**
 * Notes what was done at one slot; again for the same slot puts it right, so that a repetition over a bad network does no harm.
 * @throws AppError NOT_FOUND, INVALID_STATE when it is ended or another's, INVALID_REQUEST when it cannot be
 */
export async function confirmSlot(rt: Runtime, actor: UserActor, scope: Scope, input: z.output<typeof refillConfirmInput>): Promise<Refill> {
  const at = rt.clock.now();
  await transact(rt, async (tx) => {
    const refill = await lockOwn(tx, actor, scope, input.refillId);
    const slot = refill.machine.slots.find((one) => one.code === input.slot);
    if (!slot?.product) throw new AppError("INVALID_REQUEST", `${input.slot} is not a slot of this machine with a product.`, { details: [{ field: "slot", message: "is not a slot with a product" }] });
    const { added, removed, count } = input;
    const after = count ?? slot.count - removed + added;
    // What was counted is right, whatever the record said was in it before.
    if (count === null && removed > slot.count + added) throw invalid("removed", `${input.slot} had only ${slot.count} in it`);
    if (after > slot.capacity) throw invalid(count === null ? "added" : "count", `${input.slot} holds at most ${slot.capacity}`);
    const line: RefillLine = { slot: input.slot, productId: slot.product.id, before: slot.count, removed, added, counted: count !== null, after, at: at.toISOString() };
    const lines = [...refillLines(refill.lines).filter((one) => one.slot !== input.slot), line];
    await updateRefill(tx, refill.id, { lines: lines satisfies Prisma.InputJsonArray });
  });
  return getRefill(rt, scope, input.refillId);
}

/**
 * Takes all that was confirmed as what is in the slots, in one transaction, less what was sold since. Again, after it worked: the same answer.
 * @throws AppError NOT_FOUND, INVALID_STATE when it is another's, was given up, or a slot has another product by now
 */
export async function finishRefill(rt: Runtime, actor: UserActor, scope: Scope, input: z.output<typeof refillFinishInput>): Promise<Refill> {
  const at = rt.clock.now();
  await transact(rt, async (tx) => {
    const refill = await lockOwn(tx, actor, scope, input.refillId, "done");
    if (refill.status === "done") return;
    const lines = refillLines(refill.lines);
    const other = lines.filter((line) => refill.machine.slots.find((slot) => slot.code === line.slot)?.productId !== line.productId);
    if (other.length > 0) {
      throw new AppError("INVALID_STATE", `${other.map((line) => line.slot).join(", ")}: another product by now; confirm again what is in it.`, {
        reason: "product_changed",
        details: other.map((line) => ({ field: line.slot, message: "has another product by now" })),
      });
    }
    await moveLines(tx, refill, lines, actor.userId, at);
    await publishConfiguration(tx, refill.machineId, at);
    await updateRefill(tx, refill.id, { status: "done", finishedAt: at, note: input.note });
    const { organizationId } = refill.machine;
    await publish(tx, { type: "machine.refill.finished", subject: refill.machineId, organizationId, data: { machineId: refill.machineId, refillId: refill.id }, at });
    await recordAudit(tx, actor, {
      action: "machine.refill.finish",
      subjectType: "machine",
      subjectId: refill.machineId,
      organizationId,
      after: { refillId: refill.id, slots: lines.length, added: lines.reduce((sum, line) => sum + line.added, 0), removed: lines.reduce((sum, line) => sum + line.removed, 0) },
      at,
    });
  });
  rt.signals.send("downlinks");
  return getRefill(rt, scope, input.refillId);
}

/** Ends a refill without any of it having counted. @throws AppError NOT_FOUND, INVALID_STATE */
export async function abandonRefill(rt: Runtime, actor: UserActor, scope: Scope, refillId: string): Promise<Refill> {
  const at = rt.clock.now();
  await transact(rt, async (tx) => {
    const refill = await lockOwn(tx, actor, scope, refillId, "abandoned");
    if (refill.status === "abandoned") return;
    await updateRefill(tx, refill.id, { status: "abandoned", finishedAt: at });
    await recordAudit(tx, actor, { action: "machine.refill.abandon", subjectType: "machine", subjectId: refill.machineId, organizationId: refill.machine.organizationId, after: { refillId }, at });
  });
  return getRefill(rt, scope, refillId);
}

/** A machine's refills, newest first. @throws AppError NOT_FOUND */
export async function listRefills(rt: Runtime, scope: Scope, input: z.output<typeof refillListInput>): Promise<z.output<typeof refillListOutput>> {
  if (!(await isVisible(rt, scope, input.id))) throw notFound("machine");
  const rows = await findRefills(rt, input.id, input.cursor, input.limit + 1);
  const page = rows.slice(0, input.limit);
  const names = await namesOfUsers(rt, [...new Set(page.map((row) => row.userId))]);
  return {
    data: page.map((row) => {
      const lines = refillLines(row.lines);
      return {
        id: row.id,
        status: row.status as RefillStatus,
        userName: names.get(row.userId) ?? "",
        note: row.note,
        startedAt: row.startedAt.toISOString(),
        finishedAt: row.finishedAt?.toISOString() ?? null,
        added: lines.reduce((sum, line) => sum + line.added, 0),
        removed: lines.reduce((sum, line) => sum + line.removed, 0),
        slots: lines.length,
      };
    }),
    nextCursor: rows.length > input.limit ? (page.at(-1)?.id ?? null) : null,
  };
}

/** The actor's open refill with its machine locked; one that has ended as `ended` too. */
async function lockOwn(tx: Tx, actor: UserActor, scope: Scope, refillId: string, ended?: RefillStatus): Promise<RefillRow> {
  const seen = await findRefill(tx, scope, refillId);
  if (!seen) throw notFound("refill");
  await lockForStock(tx, seen.machineId);
  // Read again under the lock: the first look may have been before another's commit.
  const refill = await findRefill(tx, scope, refillId);
  if (!refill) throw notFound("refill");
  if (refill.userId !== actor.userId) throw new AppError("INVALID_STATE", "Another person began this refill.", { reason: "open_elsewhere", state: refill.status });
  if (refill.status !== "open" && refill.status !== ended) {
    throw new AppError("INVALID_STATE", refill.status === "done" ? "This refill is finished." : "This refill was given up, or taken over by another person.", { reason: refill.status, state: refill.status });
  }
  return refill;
}

async function moveLines(tx: Tx, refill: RefillRow, lines: readonly RefillLine[], actorId: string, at: Date): Promise<void> {
  if (lines.length === 0) return;
  const by = { machineId: refill.machineId, actorId, refillId: refill.id, at };
  const counts = new Map(refill.machine.slots.map((slot) => [slot.code, slot.count]));
  const thrown = lines.map((line) => ({ slot: line.slot, delta: -Math.min(line.removed, counts.get(line.slot) ?? 0) })).filter((change) => change.delta < 0);
  if (thrown.length > 0) await moveStock(tx, { ...by, kind: "spoilage", changes: thrown });
  // What the device reported of the new pieces meanwhile is the same pieces: the line is the truth of its moment, and only what left since goes off it.
  const sold = await soldSince(tx, refill.machineId, new Map(lines.map((line) => [line.slot, line.at])));
  await moveStock(tx, { ...by, kind: "refill", changes: lines.map((line) => ({ slot: line.slot, count: Math.max(0, line.after - (sold.get(line.slot) ?? 0)) })) });
}

function invalid(field: string, message: string): AppError {
  return new AppError("INVALID_REQUEST", message, { details: [{ field, message }] });
}
