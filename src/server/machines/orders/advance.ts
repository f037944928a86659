import { AppError } from "#shared/errors.ts";
import { publish, type Tx } from "#server/infra/events.ts";
import { createCommand } from "../commands/commands.ts";
import { noteDispenseFailure, release } from "../inventory/reservations.ts";
import { publishConfiguration } from "../configuration/configuration.ts";
import { mechanismOf } from "./mechanism-repository.ts";
import { endMoney } from "./end-money.ts";
import { nextStep, NOT_KNOWN, type Step } from "./next-step.ts";
import { isBusy, lockOrder, type OrderRow, updateLine, updateOrder } from "./order-repository.ts";

/** A machine that does not take a command by then has none to do: nothing comes out later. */
const COMMAND_SECONDS = 20;

/**
 * Takes the order as far as it goes now: expires it unpaid, sends the next piece out, gives up what nobody knows of, settles the money when every piece has its end.
 * The order and its machine are locked. Repeated, it changes nothing.
 * @returns the order as it stands then, and whether anything changed
 */
export async function advance(tx: Tx, order: OrderRow, at: Date): Promise<{ order: OrderRow; changed: boolean }> {
  let present = order;
  let changed = false;
  for (;;) {
    const busy = present.status === "paid" || present.status === "dispensing" ? await isBusy(tx, present.machineId, present.id) : false;
    const step = nextStep(present, { online: present.machine.status === "online", busy }, at);
    if (step.kind === "wait") return { order: present, changed };
    await take(tx, present, step, at);
    changed = true;
    const after = await lockOrder(tx, present.id);
    if (!after) throw new AppError("INTERNAL_ERROR", "An order is gone.");
    present = after;
  }
}

async function take(tx: Tx, order: OrderRow, step: Exclude<Step, { kind: "wait" }>, at: Date): Promise<void> {
  switch (step.kind) {
    case "expire":
      return endUnpaid(tx, order, "unpaid", at);
    case "dispense":
      return dispense(tx, order, step.lineId, at);
    case "release":
      return releaseLines(tx, order, step.code, at);
    case "give_up":
      return giveUp(tx, order, step.lineId, at);
    case "end":
      return endMoney(tx, order, at);
  }
}

/** Ends an order that nobody paid: what it had reserved is for sale again. */
export async function endUnpaid(tx: Tx, order: OrderRow, failure: string, at: Date): Promise<void> {
  await releaseLines(tx, order, null, at);
  await updateOrder(tx, order.id, { status: "expired", failure, endedAt: at, updatedAt: at });
}

async function releaseLines(tx: Tx, order: OrderRow, code: string | null, at: Date): Promise<void> {
  const lines = order.lines.filter((line) => line.state === "reserved");
  await release(tx, { machineId: order.machineId, slots: lines.map(({ slot }) => ({ slot, quantity: 1 })) });
  for (const line of lines) await updateLine(tx, line.id, { state: "released", code, endedAt: at });
}

/** One command for a line, ever: its id is what the device knows it by. */
async function dispense(tx: Tx, order: OrderRow, lineId: string, at: Date): Promise<void> {
  const line = order.lines.find(({ id }) => id === lineId);
  if (!line) return;
  const args = { slot: line.slot, order: order.id, mechanism: await mechanismOf(tx, order.machineId, line.slot) };
  await createCommand(tx, { machineId: order.machineId, type: "dispense", args, expiresInSeconds: COMMAND_SECONDS, orderLineId: line.id, at });
  await updateLine(tx, line.id, { state: "dispensing" });
  await updateOrder(tx, order.id, { status: "dispensing", updatedAt: at });
}

async function giveUp(tx: Tx, order: OrderRow, lineId: string, at: Date): Promise<void> {
  const line = order.lines.find(({ id }) => id === lineId);
  if (!line) return;
  await release(tx, { machineId: order.machineId, slots: [{ slot: line.slot, quantity: 1 }] });
  await failed(tx, order.machineId, line.slot, at);
  await updateLine(tx, line.id, { state: "failed", code: NOT_KNOWN, endedAt: at });
}

/** A slot whose mechanism was tried in vain; after several times it no longer sells, which the device is told too. */
export async function failed(tx: Tx, machineId: string, slot: string, at: Date): Promise<void> {
  const { disabled } = await noteDispenseFailure(tx, { machineId, slot, at });
  if (disabled) await publishConfiguration(tx, machineId, at);
}

/** Tells whoever watches the order. */
export async function announceOrder(tx: Tx, order: Pick<OrderRow, "id" | "machineId" | "organizationId" | "status" | "paymentState">, at: Date): Promise<void> {
  const { id: orderId, machineId, organizationId, status, paymentState } = order;
  await publish(tx, { type: "order.changed", subject: orderId, organizationId, data: { orderId, machineId, status, paymentState }, at });
}
