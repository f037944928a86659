import type { z } from "zod";
import { AppError, notFound } from "#shared/errors.ts";
import type { Mechanism, Planogram, planogramSaveInput } from "#shared/machines/planogram.ts";
import type { Actor, Scope } from "#server/identity/actor.ts";
import { publish, type Tx } from "#server/infra/events.ts";
import type { Prisma } from "#server/infra/prisma/client.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";
import { recordAudit } from "#server/platform/audit.ts";
import { publishConfiguration } from "../configuration/configuration.ts";
import { lockForStock } from "../inventory/stock-repository.ts";
import { findPlanogram, type PlanogramRow, soldProductIds } from "./slots-repository.ts";
import { type SlotPlan, writeSlots } from "./write-slots.ts";

type SaveInput = z.output<typeof planogramSaveInput>;
type SlotEdit = SaveInput["slots"][number];
type SlotRow = PlanogramRow["slots"][number];

/** The machine's slots with all that can be set of them. @throws AppError NOT_FOUND */
export async function getPlanogram(rt: Runtime, scope: Scope, id: string): Promise<Planogram> {
  const row = await findPlanogram(rt.db.prisma, scope, id);
  if (!row) throw notFound("machine");
  return view(row);
}

/**
 * Changes slots of a machine, claimed or not, and tells its device. What is in a slot stays unless it gets another product.
 * @throws AppError NOT_FOUND; CONFLICT with reason `stale` when somebody changed the configuration since `expectedVersion`; INVALID_STATE when the machine is
 *   decommissioned, or a slot that gets another product is in an order; INVALID_REQUEST with a detail for each slot that does not fit
 */
export async function savePlanogram(rt: Runtime, actor: Actor, scope: Scope, input: SaveInput): Promise<Planogram> {
  const at = rt.clock.now();
  const saved = await transact(rt, async (tx) => {
    const machine = (await lockForStock(tx, input.id)) && (await findPlanogram(tx, scope, input.id));
    if (!machine) throw notFound("machine");
    if (machine.status === "decommissioned") throw new AppError("INVALID_STATE", "The machine is decommissioned.", { state: machine.status });
    if (machine.configVersion !== input.expectedVersion) {
      throw new AppError("CONFLICT", `Somebody changed this machine's slots or prices meanwhile (version ${machine.configVersion}, not ${input.expectedVersion}): look at them as they are now, and change them again.`, { reason: "stale" });
    }
    const slots = new Map(machine.slots.map((slot) => [slot.code, slot]));
    await check(tx, machine, slots, input.slots);
    const edits = input.slots.flatMap((edit) => {
      const slot = slots.get(edit.code);
      return slot ? [{ slot, plan: plan(slot, edit) }] : [];
    });
    const changed = edits.filter(({ slot, plan: next }) => next.count !== null || FIELDS.some((field) => slot[field] !== next[field]));
    if (changed.length === 0) return view(machine);
    await writeSlots(tx, machine.id, changed.map((edit) => edit.plan), { whole: false, actorId: actor.kind === "user" ? actor.userId : null, at });
    await publishConfiguration(tx, machine.id, at);
    await announce(tx, actor, machine, changed, at);
    const after = await findPlanogram(tx, scope, machine.id);
    if (!after) throw notFound("machine");
    return view(after);
  });
  rt.signals.send("downlinks");
  return saved;
}

const FIELDS = ["capacity", "par", "mechanism", "productId", "price", "disabledReason"] as const;

function plan(slot: SlotRow, edit: SlotEdit): SlotPlan {
  const { code, capacity, par, mechanism, productId, price, enabled, count } = edit;
  const other = productId !== slot.productId;
  return {
    code,
    row: slot.row,
    column: slot.column,
    capacity,
    par,
    mechanism,
    productId,
    price: price === null ? null : BigInt(price),
    // What the failures took out of sale stays so until somebody puts it back.
    disabledReason: enabled ? null : (slot.disabledReason ?? "manual"),
    count: other ? (count ?? 0) : null,
  };
}

async function check(tx: Tx, machine: PlanogramRow, slots: ReadonlyMap<string, SlotRow>, edits: readonly SlotEdit[]): Promise<void> {
  const sold = await soldProductIds(tx, machine.organizationId, edits.flatMap((edit) => edit.productId ?? []));
  const seen = new Set<string>();
  const details = edits.flatMap((edit, index) => {
    const slot = slots.get(edit.code);
    const problem = seen.has(edit.code) ? "comes twice" : slot ? problemOf(slot, edit, sold) : "is not a slot of this machine";
    seen.add(edit.code);
    return problem ? [{ field: `slots.${index}`, message: `${edit.code} ${problem}` }] : [];
  });
  if (details.length > 0) throw new AppError("INVALID_REQUEST", details[0]?.message, { details });
  const busy = edits.filter((edit) => (slots.get(edit.code)?.reserved ?? 0) > 0 && slots.get(edit.code)?.productId !== edit.productId);
  if (busy.length > 0) {
    throw new AppError("INVALID_STATE", `${busy.map((edit) => edit.code).join(", ")}: in an order that has not ended; its product can be changed afterwards.`, {
      reason: "reserved",
      details: busy.map((edit) => ({ field: edit.code, message: "is in an order that has not ended" })),
    });
  }
}

function problemOf(slot: SlotRow, edit: SlotEdit, sold: ReadonlySet<string>): string | null {
  const other = edit.productId !== slot.productId;
  if (other && edit.productId !== null && !sold.has(edit.productId)) return "has a product that the organization does not sell";
  if (edit.par !== null && edit.par > edit.capacity) return `cannot be filled to ${edit.par}: it holds ${edit.capacity}`;
  const count = other ? (edit.count ?? 0) : slot.count;
  if (other && edit.productId === null && count > 0) return "has items but no product";
  if (count > edit.capacity) return `has ${count} pieces in it: it cannot hold fewer`;
  if (edit.productId === null && edit.price !== null) return "has a price but no product";
  return null;
}

async function announce(tx: Tx, actor: Actor, machine: PlanogramRow, changed: readonly { slot: SlotRow; plan: SlotPlan }[], at: Date): Promise<void> {
  const { id, organizationId } = machine;
  for (const { slot, plan: next } of changed) {
    if (slot.disabledReason === null && next.disabledReason !== null) {
      await publish(tx, { type: "machine.slot.disabled", subject: id, organizationId, data: { machineId: id, slot: slot.code, reason: "manual" }, at });
    }
  }
  await publish(tx, { type: "machine.updated", subject: id, organizationId, data: { machineId: id }, at });
  await recordAudit(tx, actor, {
    action: "machine.planogram.update",
    subjectType: "machine",
    subjectId: id,
    organizationId,
    before: Object.fromEntries(changed.map(({ slot }) => [slot.code, settings(slot)])),
    after: Object.fromEntries(changed.map(({ slot, plan: next }) => [slot.code, settings(next)])),
    at,
  });
}

function settings({ capacity, par, mechanism, productId, price, disabledReason }: Pick<SlotPlan, (typeof FIELDS)[number]>): Prisma.InputJsonObject {
  return { capacity, par, mechanism, productId, price: price?.toString() ?? null, disabledReason };
}

function view(row: PlanogramRow): Planogram {
  return {
    machineId: row.id,
    organizationId: row.organizationId,
    configVersion: row.configVersion,
    slots: row.slots.map((slot) => ({
      code: slot.code,
      row: slot.row,
      column: slot.column,
      capacity: slot.capacity,
      par: slot.par,
      // The columns hold only what our own code writes from these lists.
      mechanism: slot.mechanism as Mechanism,
      productId: slot.productId,
      productName: slot.product?.name ?? null,
      sku: slot.product?.sku ?? null,
      price: slot.price?.toString() ?? null,
      productPrice: slot.product?.price.toString() ?? null,
      disabledReason: slot.disabledReason as "manual" | "failures" | null,
      count: slot.count,
      reserved: slot.reserved,
      uncertain: slot.uncertain,
      countedAt: slot.countedAt?.toISOString() ?? null,
    })),
  };
}
