import { notFound, AppError } from "#shared/errors.ts";
import { paymentProvider } from "#server/billing/payments/providers.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";
import { advance, announceOrder, endUnpaid } from "./advance.ts";
import { type OrderOutput, toOrderOutput } from "./order-output.ts";
import { findOrder, lockOrder, type OrderRow } from "./order-repository.ts";
import { fitsOrder } from "./order-secret.ts";

export interface OrderAccess {
  orderId: string;
  secret: string;
}

/** The order, for whoever has its secret. @throws AppError NOT_FOUND */
export async function orderOfGuest(rt: Runtime, access: OrderAccess): Promise<OrderRow> {
  const order = await findOrder(rt.db.prisma, { id: access.orderId });
  if (!order || !fitsOrder(access.secret, order.secretHash)) throw notFound("order");
  return order;
}

/** Whether somebody may watch the order. */
export async function mayWatchOrder(rt: Runtime, access: OrderAccess): Promise<boolean> {
  const order = await findOrder(rt.db.prisma, { id: access.orderId });
  return order !== null && fitsOrder(access.secret, order.secretHash);
}

/** @throws AppError NOT_FOUND */
export async function getGuestOrder(rt: Runtime, access: OrderAccess): Promise<OrderOutput> {
  return toOrderOutput(await orderOfGuest(rt, access), rt.clock.now());
}

/**
 * Gives up an order that is not paid: its pieces are for sale again, and its payment page is closed. Should it be paid all the same, the payment is let go.
 * @throws AppError NOT_FOUND, INVALID_STATE when it is paid
 */
export async function cancelOrder(rt: Runtime, access: OrderAccess): Promise<OrderOutput> {
  await orderOfGuest(rt, access);
  const at = rt.clock.now();
  const cancelled = await transact(rt, async (tx) => {
    const locked = await lockOrder(tx, access.orderId);
    if (!locked) throw notFound("order");
    if (locked.status === "expired") return null;
    if (locked.status !== "created") throw new AppError("INVALID_STATE", "The order is paid already.", { state: locked.status });
    await endUnpaid(tx, locked, "cancelled", at);
    const { order } = await advance(tx, { ...locked, status: "expired" }, at);
    await announceOrder(tx, order, at);
    return order;
  });
  if (cancelled) await closePage(rt, cancelled);
  return getGuestOrder(rt, access);
}

/** Closes the page on which an order could be paid that nobody waits for any more; when that fails the page ends by itself. */
export async function closePage(rt: Runtime, order: Pick<OrderRow, "id" | "provider" | "providerRef">): Promise<void> {
  const provider = paymentProvider(rt);
  if (!provider || order.provider !== provider.name || order.providerRef === null) return;
  await provider.closeCheckout(order.providerRef).catch((error: unknown) => rt.log.warn({ err: error, orderId: order.id }, "orders: a payment page was not closed"));
}
