import { type Runtime, transact } from "#server/infra/runtime.ts";
import { factOf } from "../payment-fact.ts";
import type { EndResult } from "../provider.ts";
import { tellOf } from "./test-events.ts";
import { lockTestPayment, updateTestPayment } from "./test-provider-repository.ts";

/**
 * Ends an authorisation at the test provider, once: takes part of it, or lets it go. One that has ended is answered as it ended.
 * @param captureMinor null: let it go
 */
export async function endAuthorization(rt: Runtime, paymentRef: string, captureMinor: number | null): Promise<EndResult> {
  const at = rt.clock.now();
  const result = await transact(rt, async (tx): Promise<EndResult> => {
    const payment = await lockTestPayment(tx, paymentRef);
    if (!payment) return { refused: "no_such_payment" };
    if (payment.status === "voided") return { voided: true };
    if (payment.status !== "authorized") return { capturedMinor: payment.capturedMinor ?? payment.amountMinor };
    if (captureMinor !== null && captureMinor > payment.amountMinor) return { refused: "amount_too_large" };
    const { orderId, currency } = payment;
    await updateTestPayment(tx, payment.id, captureMinor === null ? { status: "voided" } : { status: "succeeded", capturedMinor: captureMinor });
    const fact = captureMinor === null ? factOf("voided") : factOf("captured", { amountMinor: captureMinor, currency });
    await tellOf(tx, { topUpId: null, orderId, paymentRef, fact, at });
    return captureMinor === null ? { voided: true } : { capturedMinor: captureMinor };
  });
  rt.signals.send("test-payments");
  return result;
}
