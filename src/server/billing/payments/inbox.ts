import type { IncomingHttpHeaders } from "node:http";
import { AppError } from "#shared/errors.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";
import { endEvent, type InboxKey, insertPaymentEvent, takeEvent, topUpOfPayment, unprocessedEvents } from "./inbox-repository.ts";
import { paymentProvider } from "./providers.ts";
import { giveToSale, orderOfPayment } from "./sales/sale-repository.ts";
import { settleTopUp } from "./settlement.ts";

const BATCH = 50;

/**
 * Takes what a provider's webhook brought: checks it and keeps it. When this returns the event is in the database, and processing it is only a matter of time.
 * @param name as in the address
 * @returns whether it is new
 * @throws AppError NOT_FOUND (no such provider here), INVALID_REQUEST (not theirs, or too old)
 */
export async function receiveWebhook(rt: Runtime, name: string, body: string, headers: IncomingHttpHeaders): Promise<{ fresh: boolean }> {
  const provider = paymentProvider(rt);
  if (!provider || provider.name !== name) throw new AppError("NOT_FOUND");
  const event = provider.readWebhook(body, headers);
  const fresh = await transact(rt, (tx) => insertPaymentEvent(tx, provider.name, event, rt.clock.now()));
  rt.log.info({ provider: name, event: event.id, type: event.type, fresh }, "payments: webhook received");
  rt.signals.send(event.orderId === null ? "payments" : "orders");
  return { fresh };
}

/**
 * Processes what is in the inbox. Several workers may run it at once; each event is worked on by one of them, in one transaction with all that it does. One that
 * fails stays and is tried again at the next run.
 * @returns whether there may be more
 */
export async function processInbox(rt: Runtime): Promise<boolean> {
  const waiting = await unprocessedEvents(rt, BATCH);
  let done = 0;
  for (const key of waiting) {
    try {
      await processEvent(rt, key);
      done += 1;
    } catch (error) {
      rt.log.error({ err: error, ...key }, "payments: an event was not processed");
    }
  }
  return done === BATCH;
}

/** Works on one event, unless another does or it is done. */
export async function processEvent(rt: Runtime, key: InboxKey): Promise<void> {
  const at = rt.clock.now();
  const given = await transact(rt, async (tx): Promise<boolean> => {
    const event = await takeEvent(tx, key);
    if (!event || event.orderId !== null) return false;
    const topUpId = event.topUpId ?? (event.paymentRef === null ? null : await topUpOfPayment(tx, event.provider, event.paymentRef));
    if (topUpId === null && event.paymentRef !== null) {
      const orderId = await orderOfPayment(tx, event.provider, event.paymentRef);
      if (orderId !== null) {
        await giveToSale(tx, key, orderId);
        return true;
      }
    }
    // What comes before we know whose payment it is counts as soon as that is known: the state is worked out from all events.
    const outcome = topUpId === null ? "no top-up of ours is known for it" : await settleTopUp(tx, { topUpId, provider: event.provider, method: event.fact.method, at });
    await endEvent(tx, key, outcome, at);
    return false;
  });
  if (given) rt.signals.send("orders");
}
