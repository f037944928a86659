import { AppError, notFound } from "#shared/errors.ts";
import { newId } from "#shared/ids.ts";
import type { MovementKind } from "#shared/machines/stock.ts";
import { publish, type Tx } from "#server/infra/events.ts";
import { type CountRow, findStock, lockForStock, type StockRow, writeCounts } from "./stock-repository.ts";

/** What a slot is to have: so many more or fewer, or so many in all. */
export type StockChange = { slot: string; reason?: string } & ({ delta: number } | { count: number });

export interface StockMove {
  machineId: string;
  /** what a device reports comes in by `takeStockReports` */
  kind: Exclude<MovementKind, "device">;
  changes: readonly StockChange[];
  reason?: string;
  actorId?: string | null;
  refillId?: string | null;
  orderLineId?: string | null;
  at: Date;
}

export interface Moved {
  slot: string;
  before: number;
  after: number;
}

/** Somebody has looked into the slot: the count is known again. */
const LOOKED = new Set<MovementKind>(["refill", "count"]);

/**
 * Changes counts, in the caller's transaction: the one way in which anything but a device does. Each change is a movement in the audit trail and all of them
 * are one `machine.stock.changed`. Locks the machine's row. What came out (`dispense`) is a fact: it may not fit what was thought to be there, and then the
 * count is zero and doubtful. Everything else is refused when it does not fit.
 * @throws AppError NOT_FOUND for the machine, INVALID_REQUEST with a detail for each slot that is not there, comes twice, or would hold less than nothing or
 *   more than fits
 */
export async function moveStock(tx: Tx, move: StockMove): Promise<Moved[]> {
  const machine = await lockForStock(tx, move.machineId);
  if (!machine) throw notFound("machine");
  if (move.changes.length === 0) return [];
  const stock = await findStock(tx, move.machineId, move.changes.map((change) => change.slot));
  const seen = new Set<string>();
  const details: { field: string; message: string }[] = [];
  const rows = move.changes.flatMap((change, index): CountRow[] => {
    const slot = stock.get(change.slot);
    const count = "count" in change ? change.count : (slot?.count ?? 0) + change.delta;
    const problem = seen.has(change.slot) ? "comes twice" : slot ? problemOf(slot, count, move.kind) : "is not a slot of this machine";
    seen.add(change.slot);
    if (problem) {
      details.push({ field: `slots.${index}`, message: `${change.slot} ${problem}` });
      return [];
    }
    return [row(move, change, count)];
  });
  if (details.length > 0) throw new AppError("INVALID_REQUEST", details[0]?.message, { details });
  const results = await writeCounts(tx, rows);
  await publish(tx, {
    type: "machine.stock.changed",
    subject: move.machineId,
    organizationId: machine.organizationId,
    data: { machineId: move.machineId, kind: move.kind, slots: rows.map((one) => one.slot) },
    at: move.at,
  });
  return results.map(({ slot, before, after }) => ({ slot, before, after }));
}

function row(move: StockMove, change: StockChange, count: number): CountRow {
  return {
    id: newId("stockMovement"),
    machine_id: move.machineId,
    slot: change.slot,
    count: Math.max(0, count),
    filled: null,
    kind: move.kind,
    reason: change.reason ?? move.reason ?? "",
    actor_id: move.actorId ?? null,
    refill_id: move.refillId ?? null,
    order_line_id: move.orderLineId ?? null,
    at: move.at.toISOString(),
    boot: null,
    seq: null,
    counted: LOOKED.has(move.kind),
    uncertain: count < 0,
  };
}

function problemOf(slot: StockRow, count: number, kind: MovementKind): string | null {
  if (!Number.isInteger(count)) return "must have a whole number of pieces";
  if (kind === "dispense") return null;
  if (count < 0) return `has only ${slot.count}`;
  if (count > slot.capacity) return `holds at most ${slot.capacity}`;
  if (count > 0 && count > slot.count && slot.productId === null) return "has no product";
  return null;
}
