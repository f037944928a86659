import { processSaleEvents } from "#server/billing/payments/sales/sale-inbox.ts";
import { sendSaleRequests } from "#server/billing/payments/sales/sale-requests.ts";
import { startLoop } from "#server/infra/loop.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";
import { advance, announceOrder } from "./advance.ts";
import { closePage } from "./guest-orders.ts";
import { nextStep } from "./next-step.ts";
import { lockOrder, type OrderRow, ordersUnderWay } from "./order-repository.ts";
import { settleOrder } from "./settle-order.ts";

const POLL_MS = 1_000;
const MINUTE_MS = 60_000;
const BATCH = 500;

/**
 * Takes every order that is under way as far as it goes now. Nothing needs to be remembered between runs: what is to be done follows from the order's rows, so a
 * process may die anywhere, and several may run this at once.
 */
export async function advanceOrders(rt: Runtime): Promise<void> {
  for (const order of await ordersUnderWay(rt, rt.clock.now(), BATCH)) {
    // Whether the machine is busy is asked under its lock.
    if (nextStep(order, { online: order.machine.status === "online", busy: false }, rt.clock.now()).kind === "wait") continue;
    await advanceOrder(rt, order.id).catch((error: unknown) => rt.log.error({ err: error, orderId: order.id }, "orders: an order did not go on; it is tried again"));
  }
}

/** Takes one order as far as it goes. */
export async function advanceOrder(rt: Runtime, orderId: string): Promise<void> {
  const after = await transact(rt, async (tx): Promise<OrderRow | null> => {
    const at = rt.clock.now();
    const locked = await lockOrder(tx, orderId);
    if (!locked) return null;
    const { order, changed } = await advance(tx, locked, at);
    if (changed) await announceOrder(tx, order, at);
    return changed ? order : null;
  });
  if (!after) return;
  rt.signals.send("downlinks");
  if (after.status === "expired") await closePage(rt, after);
  if (after.endedAt !== null && after.provider !== null) await sendSaleRequests(rt, settleOrder, after.id);
}

/** Takes what payment providers say of orders, and asks of them what comes of it. @returns whether there may be more */
export async function takePayments(rt: Runtime): Promise<boolean> {
  const { done, more } = await processSaleEvents(rt, settleOrder);
  if (done === 0) return false;
  rt.signals.send("downlinks");
  await sendSaleRequests(rt, settleOrder);
  return more;
}

/** The orders' background work. Every piece may run in many processes at once. */
export function startOrders(rt: Runtime): { stop(): Promise<void> } {
  const { log } = rt;
  const loops = [
    startLoop({ name: "order-payments", pauseMs: POLL_MS, log }, () => takePayments(rt)),
    startLoop({ name: "orders", pauseMs: POLL_MS, log }, () => advanceOrders(rt)),
  ];
  // What has no answer is asked again; what is decided is asked at once, where it is decided.
  const requests = startLoop({ name: "order-money", pauseMs: MINUTE_MS, log }, () => sendSaleRequests(rt, settleOrder));
  const off = rt.signals.on("orders", () => {
    for (const loop of loops) loop.wake();
  });
  return {
    async stop() {
      off();
      await Promise.all([...loops, requests].map((loop) => loop.stop()));
    },
  };
}
