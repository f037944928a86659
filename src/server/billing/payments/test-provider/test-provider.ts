import { randomToken } from "#server/infra/crypto.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";
import { factOf } from "../payment-fact.ts";
import { type PaymentProvider, type SavedCharge, subjectId } from "../provider.ts";
import { endAuthorization } from "./test-authorization.ts";
import { parseTestEvent, tellOf } from "./test-events.ts";
import { insertTestPayment, lockPaidAndRefunded, lockTestCheckout, updateTestPayment } from "./test-provider-repository.ts";
import { checkTestSignature, TEST_SIGNATURE_HEADER } from "./test-signature.ts";

/** Saved cards whose reference begins so are declined when they are charged. */
export const DECLINED_LATER = "pm_test_declined_";

/** What only checkouts have. */
const NO_CHECKOUT = { orderId: null, manual: false, capturedMinor: null, saveMethod: false, customerRef: null, methodRef: null, returnUrl: null, expiresAt: null } as const;

/**
 * The demo's payment company: a checkout page of its own (/pay/test/…), books of its own in the database, and a signed webhook that comes over HTTP like any
 * other's. No money moves.
 */
export function createTestProvider(rt: Runtime): PaymentProvider {
  return {
    name: "test",
    async createCheckout(request) {
      const { row } = await transact(rt, (tx) =>
        insertTestPayment(tx, {
          id: `cs_test_${randomToken(24)}`,
          kind: "checkout",
          status: "open",
          topUpId: request.topUpId ?? null,
          orderId: request.orderId ?? null,
          manual: request.orderId !== undefined,
          requestKey: `checkout-${subjectId(request)}`,
          paymentRef: null,
          amountMinor: request.amountMinor,
          currency: request.currency,
          saveMethod: request.saveMethod,
          customerRef: request.customerRef,
          methodRef: null,
          returnUrl: request.returnUrl,
          capturedMinor: null,
          createdAt: rt.clock.now(),
          expiresAt: request.expiresAt,
        }),
      );
      return { providerRef: row.id, url: `${rt.config.publicUrl}/pay/test/${row.id}` };
    },

    async closeCheckout(id) {
      await transact(rt, async (tx) => {
        const checkout = await lockTestCheckout(tx, id);
        if (checkout?.status !== "open") return;
        await updateTestPayment(tx, id, { status: "expired" });
        await tellOf(tx, { topUpId: checkout.topUpId, orderId: checkout.orderId, paymentRef: null, fact: factOf("expired"), at: rt.clock.now() });
      });
      rt.signals.send("test-payments");
    },

    async chargeSaved(request) {
      const charge = await transact(rt, (tx) => recordCharge(rt, tx, request));
      rt.signals.send("test-payments");
      return charge.status === "succeeded" ? { paid: true, paymentRef: charge.paymentRef ?? "" } : { paid: false, paymentRef: charge.paymentRef, reason: charge.failure ?? "declined" };
    },

    async refund(request) {
      const at = rt.clock.now();
      const row = await transact(rt, async (tx) => {
        const { paid, refunded } = await lockPaidAndRefunded(tx, request.paymentRef);
        const refused = request.amountMinor > paid - refunded;
        const { topUpId = null, orderId = null, paymentRef, amountMinor, currency, key } = request;
        const made = await insertTestPayment(tx, {
          ...NO_CHECKOUT,
          id: `re_test_${randomToken(16)}`,
          kind: "refund",
          status: refused ? "declined" : "succeeded",
          topUpId,
          orderId,
          requestKey: `refund-${key}`,
          paymentRef,
          amountMinor,
          currency,
          failure: refused ? "more_than_was_paid" : null,
          createdAt: at,
        });
        if (!made.repeated && !refused) await tellOf(tx, { topUpId, orderId, paymentRef, fact: factOf("refunded", { amountMinor, currency, partRef: key }), at });
        return made.row;
      });
      rt.signals.send("test-payments");
      return row.status === "succeeded" ? { refundRef: row.id } : { refused: row.failure ?? "refused" };
    },

    capture: ({ paymentRef, amountMinor }) => endAuthorization(rt, paymentRef, amountMinor),
    void: ({ paymentRef }) => endAuthorization(rt, paymentRef, null),

    readWebhook(body, headers) {
      const header = headers[TEST_SIGNATURE_HEADER];
      checkTestSignature(rt.config, body, typeof header === "string" ? header : undefined, rt.clock.now());
      return parseTestEvent(body);
    },
  };
}

async function recordCharge(rt: Runtime, tx: Parameters<typeof insertTestPayment>[0], request: SavedCharge) {
  const at = rt.clock.now();
  const declined = request.methodRef.startsWith(DECLINED_LATER);
  const { topUpId, amountMinor, currency, customerRef, methodRef } = request;
  const { row, repeated } = await insertTestPayment(tx, {
    ...NO_CHECKOUT,
    id: `ch_test_${randomToken(16)}`,
    kind: "charge",
    status: declined ? "declined" : "succeeded",
    topUpId,
    requestKey: `charge-${topUpId}`,
    paymentRef: `pi_test_${randomToken(16)}`,
    amountMinor,
    currency,
    customerRef,
    methodRef,
    failure: declined ? "card_declined" : null,
    createdAt: at,
  });
  if (!repeated) {
    const fact = declined ? factOf("failed", { reason: "card_declined" }) : factOf("paid", { amountMinor, currency });
    await tellOf(tx, { topUpId, paymentRef: row.paymentRef, fact, at });
  }
  return row;
}
