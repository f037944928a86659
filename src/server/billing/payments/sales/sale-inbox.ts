import type { Tx } from "#server/infra/events.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";
import { endEvent, type InboxKey, takeEvent } from "../inbox-repository.ts";
import { unprocessedSaleEvents } from "./sale-repository.ts";

const BATCH = 50;

/**
 * Brings an order to what is known of its payment, in the caller's transaction. Whoever sells gives it: the inbox knows payments, and not what is sold.
 * @returns in words what it did, for the inbox
 */
export type SettleSale = (tx: Tx, sale: { orderId: string; at: Date }) => Promise<string>;

/**
 * Processes the inbox's events of sales. Several workers may run it at once; each event is worked on by one of them, in one transaction with all that it does. One
 * that fails stays and is tried again at the next run.
 * @returns how many were processed, and whether there may be more
 */
export async function processSaleEvents(rt: Runtime, settle: SettleSale): Promise<{ done: number; more: boolean }> {
  const waiting = await unprocessedSaleEvents(rt, BATCH);
  let done = 0;
  for (const key of waiting) {
    try {
      await processEvent(rt, key, settle);
      done += 1;
    } catch (error) {
      rt.log.error({ err: error, ...key }, "sales: a payment's event was not processed");
    }
  }
  return { done, more: done === BATCH };
}

async function processEvent(rt: Runtime, key: InboxKey, settle: SettleSale): Promise<void> {
  const at = rt.clock.now();
  await transact(rt, async (tx) => {
    const event = await takeEvent(tx, key);
    if (!event?.orderId) return;
    await endEvent(tx, key, await settle(tx, { orderId: event.orderId, at }), at);
  });
}
