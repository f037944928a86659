import type { Tx } from "#server/infra/events.ts";
import type { CommandOutcome } from "../commands/reactions.ts";
import { release, take } from "../inventory/reservations.ts";
import { announceOrder, failed } from "./advance.ts";
import { NOT_TAKEN } from "./next-step.ts";
import { lockOrderOfLine, type OrderRow, updateLine, updateOrder } from "./order-repository.ts";

/** Said by a machine that has not tried: its slot is no worse for it. */
const NOT_TRIED = new Set(["EXPIRED", "BUSY", "UNKNOWN_SLOT", "UNKNOWN_TYPE"]);

/**
 * What became of a piece, in the transaction that learns of it: the line's state and the stock. The next piece and the money follow when the order is looked at again
 * (`advance`): they must not keep a device's word from being stored. A line that has its end keeps it, and so does its money; a piece that came out all the same is out of
 * the stock.
 */
export async function takeDispenseResult(tx: Tx, outcome: CommandOutcome): Promise<void> {
  const { command, state, at } = outcome;
  const order = command.orderLineId === null ? null : await lockOrderOfLine(tx, command.orderLineId);
  const line = order?.lines.find(({ id }) => id === command.orderLineId);
  if (!order || !line) return;
  const open = line.state === "dispensing" || line.state === "unknown";
  const out = { machineId: order.machineId, slot: line.slot, orderLineId: line.id, since: command.createdAt, at };
  if (!open) {
    if (state === "done" && line.state === "failed") await take(tx, { ...out, reserved: false });
    return;
  }
  if (state === "done") {
    await take(tx, { ...out, reserved: true });
    await updateLine(tx, line.id, { state: "dispensed", code: null, endedAt: at });
  } else if (state === "failed" || state === "expired") {
    await release(tx, { machineId: order.machineId, slots: [{ slot: line.slot, quantity: 1 }] });
    const code = state === "expired" ? NOT_TAKEN : (outcome.code ?? "FAILED");
    if (state === "failed" && !NOT_TRIED.has(code)) await failed(tx, order.machineId, line.slot, at);
    await updateLine(tx, line.id, { state: "failed", code, endedAt: at });
  } else if (state === "unknown") {
    await updateLine(tx, line.id, { state: "unknown", endedAt: at });
  }
  await tell(tx, order, at);
}

async function tell(tx: Tx, order: OrderRow, at: Date): Promise<void> {
  await updateOrder(tx, order.id, { updatedAt: at });
  await announceOrder(tx, order, at);
}
