import type { z } from "zod";
import type { TEST_CARDS, testCheckoutInput, testCheckoutOutput, testPayInput, testPayOutput } from "#shared/billing/top-ups.ts";
import { AppError, notFound } from "#shared/errors.ts";
import { randomToken } from "#server/infra/crypto.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";
import { factOf, type PaymentFact } from "../payment-fact.ts";
import { tellOf } from "./test-events.ts";
import { DECLINED_LATER } from "./test-provider.ts";
import { expireTestCheckouts, findTestCheckout, lockTestCheckout, updateTestPayment } from "./test-provider-repository.ts";

/** How long the payer's bank waits before it takes the money back. */
const DISPUTE_AFTER_MS = 5_000;

/** What the test provider's page shows. Its address is the only proof: whoever has it may pay. @throws AppError NOT_FOUND */
export async function getTestCheckout(rt: Runtime, input: z.output<typeof testCheckoutInput>): Promise<z.output<typeof testCheckoutOutput>> {
  const checkout = rt.config.payments.provider === "test" ? await findTestCheckout(rt, input.id) : null;
  if (!checkout) throw notFound("payment");
  const over = checkout.status === "open" && checkout.expiresAt !== null && checkout.expiresAt <= rt.clock.now();
  return {
    // A checkout has these states alone; for its page one that is authorised is paid, whatever becomes of it.
    status: over ? "expired" : checkout.status === "authorized" || checkout.status === "voided" ? "succeeded" : (checkout.status as z.output<typeof testCheckoutOutput>["status"]),
    amountMinor: checkout.amountMinor,
    currency: checkout.currency,
    saveMethod: checkout.orderId === null ? checkout.saveMethod : null,
    returnUrl: checkout.returnUrl ?? rt.config.publicUrl,
  };
}

/**
 * Pays, or tries to: a card that is declined leaves the checkout open for another one.
 * @throws AppError NOT_FOUND, INVALID_STATE when it was paid or is over
 */
export async function payTestCheckout(rt: Runtime, input: z.output<typeof testPayInput>): Promise<z.output<typeof testPayOutput>> {
  if (rt.config.payments.provider !== "test") throw notFound("payment");
  const at = rt.clock.now();
  const result = await transact(rt, async (tx) => {
    const checkout = await lockTestCheckout(tx, input.id);
    if (!checkout) throw notFound("payment");
    const returnUrl = checkout.returnUrl ?? rt.config.publicUrl;
    if (checkout.status !== "open") throw new AppError("INVALID_STATE", undefined, { state: checkout.status });
    if (checkout.expiresAt !== null && checkout.expiresAt <= at) throw new AppError("INVALID_STATE", undefined, { state: "expired" });
    if (input.card === "declined") return { paid: false, returnUrl };
    const paymentRef = `pi_test_${randomToken(16)}`;
    const { topUpId, orderId, manual, amountMinor, currency } = checkout;
    const method = input.save && orderId === null ? savedCard(input.card, checkout.customerRef) : null;
    await updateTestPayment(tx, checkout.id, { status: manual ? "authorized" : "succeeded", paymentRef, customerRef: method?.customerRef ?? null, methodRef: method?.methodRef ?? null });
    await tellOf(tx, { topUpId, orderId, paymentRef, fact: factOf(manual ? "authorized" : "paid", { amountMinor, currency, method }), at });
    if (input.card === "disputed") {
      const dispute = factOf("disputed", { amountMinor, currency, partRef: `dp_test_${randomToken(12)}`, reason: "fraudulent" });
      await tellOf(tx, { topUpId: null, paymentRef, fact: dispute, at, dueAt: new Date(at.getTime() + DISPUTE_AFTER_MS) });
    }
    return { paid: true, returnUrl };
  });
  rt.signals.send("test-payments");
  return result;
}

function savedCard(card: (typeof TEST_CARDS)[number], customerRef: string | null): PaymentFact["method"] {
  const later = card === "declined_later";
  return { customerRef: customerRef ?? `cus_test_${randomToken(12)}`, methodRef: `${later ? DECLINED_LATER : "pm_test_"}${randomToken(12)}`, label: later ? "Visa •••• 0341" : "Visa •••• 4242" };
}

/** Closes checkouts that nobody paid in time, and tells so. */
export async function closeTestCheckouts(rt: Runtime): Promise<void> {
  const at = rt.clock.now();
  await transact(rt, async (tx) => {
    for (const checkout of await expireTestCheckouts(tx, at)) await tellOf(tx, { topUpId: checkout.topUpId, orderId: checkout.orderId, paymentRef: null, fact: factOf("expired"), at });
  });
}
