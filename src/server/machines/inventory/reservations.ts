import { AppError, notFound } from "#shared/errors.ts";
import { FAILURES_TO_DISABLE } from "#shared/machines/stock.ts";
import { publish, type Tx } from "#server/infra/events.ts";
import { addReserved, findCountedOut, findStock, lockForStock, setFailures, type StockRow } from "./stock-repository.ts";
import { moveStock } from "./stock.ts";

export interface Wanted {
  slot: string;
  quantity: number;
}

/** What a reserved piece is, as it is sold. */
export interface Reserved extends Wanted {
  productId: string;
  name: string;
  sku: string;
  /** of one, micro-credits */
  price: bigint;
}

/**
 * Promises pieces to an order that is not paid yet: all of them, or none. Locks the machine's row, so that of two who want the last piece one gets it.
 * @throws AppError NOT_FOUND for the machine or a slot, INVALID_STATE with `reason` sold_out or disabled, and a detail for each slot
 */
export async function reserve(tx: Tx, order: { machineId: string; slots: readonly Wanted[] }): Promise<Reserved[]> {
  if (!(await lockForStock(tx, order.machineId))) throw notFound("machine");
  const wanted = new Map<string, number>();
  for (const { slot, quantity } of order.slots) {
    if (!Number.isInteger(quantity) || quantity < 1) throw new AppError("INVALID_REQUEST", `${slot} must be wanted at least once`);
    wanted.set(slot, (wanted.get(slot) ?? 0) + quantity);
  }
  const stock = await findStock(tx, order.machineId, [...wanted.keys()]);
  const reserved: Reserved[] = [];
  const refused: { slot: string; reason: "sold_out" | "disabled" }[] = [];
  for (const [slot, quantity] of wanted) {
    const row = stock.get(slot);
    if (!row) throw notFound("slot");
    const piece = onSale(row);
    if (!piece) refused.push({ slot, reason: "disabled" });
    else if (row.count - row.reserved < quantity) refused.push({ slot, reason: "sold_out" });
    else reserved.push({ slot, quantity, ...piece });
  }
  if (refused.length > 0) {
    const reason = refused[0]?.reason ?? "sold_out";
    const details = refused.map((one) => ({ field: one.slot, message: one.reason === "sold_out" ? "is sold out" : "is not for sale" }));
    throw new AppError("INVALID_STATE", `${details[0]?.field} ${details[0]?.message}.`, { reason, state: reason, details });
  }
  for (const { slot, quantity } of reserved) await addReserved(tx, order.machineId, slot, quantity);
  return reserved;
}

function onSale(row: StockRow): { productId: string; name: string; sku: string; price: bigint } | null {
  const { productId, name, sku, price } = row;
  if (row.disabledReason !== null || row.archived || productId === null || name === null || sku === null || price === null) return null;
  return { productId, name, sku, price };
}

/** Takes promises back: the order ended without these pieces. */
export async function release(tx: Tx, order: { machineId: string; slots: readonly Wanted[] }): Promise<void> {
  if (!(await lockForStock(tx, order.machineId))) throw notFound("machine");
  for (const { slot, quantity } of order.slots) await addReserved(tx, order.machineId, slot, -quantity);
}

/**
 * One piece has come out for an order line. `reserved` false: its promise was taken back before (a late result). A device's report is absolute: one that came
 * after the command was made, and before this result, has the piece counted already; then the movement says so with a delta of zero.
 * @param sale.since when its command was made
 */
export async function take(tx: Tx, sale: { machineId: string; slot: string; orderLineId: string; since: Date; reserved: boolean; at: Date }): Promise<void> {
  if (!(await lockForStock(tx, sale.machineId))) throw notFound("machine");
  const row = (await findStock(tx, sale.machineId, [sale.slot])).get(sale.slot);
  // A slot can be taken out of the planogram while its last piece falls.
  if (!row) return;
  const counted = await isCountedOut(tx, sale);
  await moveStock(tx, {
    machineId: sale.machineId,
    kind: "dispense",
    changes: [{ slot: sale.slot, delta: counted ? 0 : -1, ...(counted ? { reason: "reported by the device before" } : {}) }],
    orderLineId: sale.orderLineId,
    at: sale.at,
  });
  if (sale.reserved) await addReserved(tx, sale.machineId, sale.slot, -1);
  if (row.failures > 0) await setFailures(tx, sale.machineId, sale.slot, { failures: 0 });
}

/** A result comes within minutes of its command; what was counted out long before has nothing to do with it. */
const LOOK_BACK_MS = 3_600_000;

/** Whether the device has counted this piece out already: a report of fewer pieces, since the command was made, that no other dispense stands for. */
async function isCountedOut(tx: Tx, sale: { machineId: string; slot: string; since: Date }): Promise<boolean> {
  const pieces: Date[] = [];
  for (const { kind, delta, at, commandedAt } of await findCountedOut(tx, sale.machineId, sale.slot, new Date(sale.since.getTime() - LOOK_BACK_MS))) {
    if (kind === "device") {
      for (let piece = 0; piece < -delta; piece += 1) pieces.push(at);
      continue;
    }
    // That dispense stands for the first piece since its own command.
    const own = pieces.findIndex((piece) => commandedAt === null || piece > commandedAt);
    if (own >= 0) pieces.splice(own, 1);
  }
  return pieces.some((piece) => piece > sale.since);
}

/**
 * A dispense failed: the count is doubtful, and a slot that failed several times one after the other no longer sells. The promise is taken back apart (`release`).
 * @returns whether the slot was taken out of sale just now: the caller then publishes the machine's configuration
 */
export async function noteDispenseFailure(tx: Tx, failure: { machineId: string; slot: string; at: Date }): Promise<{ disabled: boolean }> {
  const { machineId, slot, at } = failure;
  const machine = await lockForStock(tx, machineId);
  if (!machine) throw notFound("machine");
  const row = (await findStock(tx, machineId, [slot])).get(slot);
  if (!row) return { disabled: false };
  const failures = row.failures + 1;
  const disabled = failures >= FAILURES_TO_DISABLE && row.disabledReason === null;
  await setFailures(tx, machineId, slot, { failures, uncertain: true, ...(disabled ? { disabledReason: "failures" as const } : {}) });
  if (disabled) await publish(tx, { type: "machine.slot.disabled", subject: machineId, organizationId: machine.organizationId, data: { machineId, slot, reason: "failures" }, at });
  return { disabled };
}
