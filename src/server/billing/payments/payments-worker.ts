import { consumeEvents } from "#server/infra/events.ts";
import { type Loop, startLoop } from "#server/infra/loop.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";
import { runAutoTopUps, topUpWhenLow } from "./auto-charge.ts";
import { processInbox } from "./inbox.ts";
import { insertPaymentEvent } from "./inbox-repository.ts";
import { factOf } from "./payment-fact.ts";
import { paymentProvider } from "./providers.ts";
import { sendRefunds } from "./refunds.ts";
import { closeTestCheckouts } from "./test-provider/test-checkout.ts";
import { deliverTestEvents } from "./test-provider/test-delivery.ts";
import { abandonedTopUps } from "./top-up-repository.ts";

const POLL_MS = 5_000;
const MINUTE_MS = 60_000;
/** Longer than any checkout page stands open, and than a provider remembers a key. */
const ABANDONED_MS = 25 * 3_600_000;

/** Closes top-ups of which nothing was heard for a day. Should one be paid all the same, it is paid. */
export async function closeAbandoned(rt: Runtime): Promise<void> {
  const provider = paymentProvider(rt);
  if (!provider) return;
  const at = rt.clock.now();
  for (const topUpId of await abandonedTopUps(rt, new Date(at.getTime() - ABANDONED_MS))) {
    const event = { id: `abandoned:${topUpId}`, type: "topup.abandoned", at, topUpId, orderId: null, paymentRef: null, fact: factOf("expired") };
    await transact(rt, (tx) => insertPaymentEvent(tx, provider.name, event, at));
  }
  await processInbox(rt);
}

/** Each part on its own: a provider that is away must not keep the others from being done. */
async function round(rt: Runtime): Promise<void> {
  for (const work of [sendRefunds, closeAbandoned, runAutoTopUps]) {
    await work(rt).catch((error: unknown) => rt.log.error({ err: error, work: work.name }, "payments: a round did not end"));
  }
}

/** The payments' background work. Every piece may run in many processes at once. */
export async function startPayments(rt: Runtime): Promise<{ stop(): Promise<void> }> {
  const loops: Loop[] = [];
  const start = (name: string, pauseMs: number, work: () => Promise<boolean | void>, signal?: "payments" | "test-payments"): (() => void) => {
    const loop = startLoop({ name, pauseMs, log: rt.log }, work);
    loops.push(loop);
    return signal ? rt.signals.on(signal, () => loop.wake()) : () => {};
  };
  const off = [
    start("payment-inbox", POLL_MS, () => processInbox(rt), "payments"),
    // Woken too: a threshold that was just raised takes effect at once.
    start("payment-rounds", MINUTE_MS, () => round(rt), "payments"),
  ];
  if (rt.config.payments.provider === "test") {
    off.push(start("test-payments", 1_000, () => deliverTestEvents(rt), "test-payments"));
    off.push(start("test-checkouts", MINUTE_MS, () => closeTestCheckouts(rt)));
  }
  const subscriber = await consumeEvents(rt, "payments", ["credits.changed", "credits.low"], async (event) => {
    if (event.organizationId === null) return;
    // The next round looks again: a provider that is away must not hold up the events behind.
    await topUpWhenLow(rt, event.organizationId).catch((error: unknown) => rt.log.error({ err: error, organizationId: event.organizationId }, "payments: an automatic top-up did not go through"));
  });
  loops.push(subscriber);
  return {
    async stop() {
      for (const each of off) each();
      await Promise.all(loops.map((loop) => loop.stop()));
    },
  };
}
