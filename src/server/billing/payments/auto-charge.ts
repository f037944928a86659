import { formatCredits } from "#shared/credits.ts";
import { newId } from "#shared/ids.ts";
import type { Tx } from "#server/infra/events.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";
import { findCustomerAccount } from "../account-repository.ts";
import { monthBegin } from "./auto-top-up.ts";
import { automaticSince, type AutoTopUpRow, findAutoTopUp, lockAutoTopUp, organizationsBelow, stoodAbove, updateAutoTopUp } from "./auto-top-up-repository.ts";
import { processEvent } from "./inbox.ts";
import { insertPaymentEvent } from "./inbox-repository.ts";
import { factOf } from "./payment-fact.ts";
import type { PaymentProvider } from "./provider.ts";
import { paymentProvider } from "./providers.ts";
import { priceOf } from "./top-up-price.ts";
import { automaticUnderWay, insertTopUp, type TopUpRow } from "./top-up-repository.ts";

const HOUR_MS = 3_600_000;
/** How long a declined charge is let alone, by failures in a row. */
const BACK_OFF_MS = [0, HOUR_MS / 4, 4 * HOUR_MS] as const;
/** A charge that did not lift the account to its threshold is not repeated before this. */
const SAME_CROSSING_MS = HOUR_MS;
/** Providers remember a key for a day: a charge that is not answered by then is not asked again. */
const ASK_AGAIN_MS = 20 * HOUR_MS;
/** Others that run at once have it still. */
const ANSWER_MS = 60_000;
const LIMIT = 100;

/** Charges whoever has fallen below the threshold, and asks again about charges without an answer. Safe to run anywhere, at any time, any number of times. */
export async function runAutoTopUps(rt: Runtime): Promise<void> {
  const provider = paymentProvider(rt);
  if (!provider) return;
  const now = rt.clock.now().getTime();
  for (const topUp of await automaticUnderWay(rt)) {
    const age = now - topUp.createdAt.getTime();
    if (topUp.provider === provider.name && age >= ANSWER_MS && age < ASK_AGAIN_MS) await guarded(rt, topUp.organizationId, () => charge(rt, provider, topUp));
  }
  for (const organizationId of await organizationsBelow(rt, { limit: LIMIT })) await guarded(rt, organizationId, () => topUpWhenLow(rt, organizationId));
}

/** Charges the organization if it is below its threshold and nothing speaks against it. @returns whether it was asked */
export async function topUpWhenLow(rt: Runtime, organizationId: string): Promise<boolean> {
  const provider = paymentProvider(rt);
  if (!provider) return false;
  const [below] = await organizationsBelow(rt, { organizationId, limit: 1 });
  if (below === undefined) return false;
  const topUp = await transact(rt, (tx) => begin(rt, tx, provider, organizationId));
  if (topUp) await charge(rt, provider, topUp);
  return topUp !== null;
}

/** Decides under the lock of the organization's row, and writes the top-up: of many that look at once one writes it. */
async function begin(rt: Runtime, tx: Tx, provider: PaymentProvider, organizationId: string): Promise<TopUpRow | null> {
  const at = rt.clock.now();
  const auto = await lockAutoTopUp(tx, organizationId);
  const account = await findCustomerAccount(tx, organizationId);
  if (!auto?.enabled || !auto.methodRef || !auto.customerRef || auto.provider !== provider.name || !account) return null;
  if (account.balance - account.held >= auto.threshold || !(await timeHasCome(tx, auto, at))) return null;
  const month = await automaticSince(tx, organizationId, monthBegin(at));
  if (month.pending) return null;
  if (month.credits + auto.credits > auto.monthlyCap) {
    if (auto.lastFailure !== "monthly_cap") await updateAutoTopUp(tx, organizationId, { lastFailure: "monthly_cap", updatedAt: at });
    return null;
  }
  const price = priceOf(rt.config.payments, auto.credits);
  await updateAutoTopUp(tx, organizationId, { lastAttemptAt: at, updatedAt: at });
  return insertTopUp(tx, { id: newId("topUp"), organizationId, provider: provider.name, status: "created", ...price, createdAt: at });
}

async function timeHasCome(tx: Tx, auto: AutoTopUpRow, at: Date): Promise<boolean> {
  if (auto.lastAttemptAt === null) return true;
  const passed = at.getTime() - auto.lastAttemptAt.getTime();
  // A clock that was set back must not stop it for ever.
  if (passed < 0) return true;
  if (auto.failures > 0) return passed >= (BACK_OFF_MS[auto.failures] ?? SAME_CROSSING_MS);
  return passed >= SAME_CROSSING_MS || stoodAbove(tx, auto.organizationId, auto.threshold, auto.lastAttemptAt);
}

/** Asks the provider, with the top-up's id as the key, and keeps its answer like an event of its own. Without an answer the next run asks again. */
async function charge(rt: Runtime, provider: PaymentProvider, topUp: TopUpRow): Promise<void> {
  const auto = await findAutoTopUp(rt, topUp.organizationId);
  // Turned off meanwhile: nobody wants it charged any more. If it was, the webhook says so.
  if (!auto?.enabled || !auto.customerRef || !auto.methodRef) return;
  const { amountMinor, currency } = topUp;
  const result = await provider.chargeSaved({
    topUpId: topUp.id,
    description: `${formatCredits(topUp.credits, 0)} credits, automatic`,
    customerRef: auto.customerRef,
    methodRef: auto.methodRef,
    amountMinor,
    currency,
  });
  const fact = result.paid ? factOf("paid", { amountMinor, currency }) : factOf("failed", { reason: result.reason });
  const key = { provider: provider.name, eventId: `answer:${topUp.id}` };
  const at = rt.clock.now();
  await transact(rt, (tx) => insertPaymentEvent(tx, key.provider, { id: key.eventId, type: "charge.answered", at, topUpId: topUp.id, orderId: null, paymentRef: result.paymentRef, fact }, at));
  await processEvent(rt, key);
}

async function guarded(rt: Runtime, organizationId: string, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    rt.log.error({ err: error, organizationId }, "payments: an automatic top-up did not go through; it is tried again");
  }
}
