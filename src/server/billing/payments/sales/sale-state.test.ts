import { fc } from "#server/testing/properties.ts";
import { expect, it } from "vitest";
import { factOf } from "../payment-fact.ts";
import { saleState } from "./sale-state.ts";

const ASKED = { amountMinor: 300, currency: "USD" };
const usd = (kind: Parameters<typeof factOf>[0], amountMinor: number, partRef: string | null = null) => factOf(kind, { amountMinor, currency: "USD", partRef });
const of = (...facts: ReturnType<typeof factOf>[]) => saleState(ASKED, facts.map((fact) => ({ fact, waiting: false })));

it("follows from the set of facts, in whatever order and however often they come", () => {
  const facts = [usd("authorized", 300), factOf("expired"), usd("capture_asked", 200), usd("captured", 200), factOf("voided"), usd("refunded", 50, "ord_1:0"), usd("refunded", 20, "re_1"), usd("refund_failed", 20, "re_1"), usd("disputed", 200, "dp_1"), usd("dispute_won", 200, "dp_1")];
  const expected = of(...facts);
  expect(expected).toMatchObject({ authorized: true, mismatch: null, decision: { captureMinor: 200 }, capturedMinor: 200, voided: false, refundedMinor: 50, refundFailed: true, disputed: false });
  fc.assert(
    fc.property(fc.shuffledSubarray([...facts, ...facts], { minLength: facts.length * 2 }), (shuffled) => {
      expect(of(...shuffled)).toEqual(expected);
    }),
  );
});

it("takes another amount or currency for no payment", () => {
  expect(of(usd("authorized", 299))).toMatchObject({ authorized: false, mismatch: { amountMinor: 299, currency: "USD" } });
  expect(of(factOf("authorized", { amountMinor: 300, currency: "KRW" }))).toMatchObject({ authorized: false, mismatch: { currency: "KRW" } });
  expect(of(usd("captured", 301))).toMatchObject({ authorized: false, mismatch: { amountMinor: 301 } });
});

it("does not take what was let go for given back, nor a provider's totals, which count it", () => {
  expect(of(usd("authorized", 300), usd("captured", 200), usd("refunded", 100, "re_rest"))).toMatchObject({ refundedMinor: 0 });
  expect(of(usd("authorized", 300), usd("captured", 200), usd("refunded", 100, "re_rest"), usd("refunded", 100, "re_by_hand"))).toMatchObject({ refundedMinor: 100 });
  expect(of(usd("captured", 200), factOf("refunded", { amountMinor: 300, currency: "USD", cumulative: true }))).toMatchObject({ refundedMinor: 0 });
});

it("says what the provider refused only while it has not ended otherwise", () => {
  const refused = [usd("authorized", 300), factOf("void_asked"), factOf("end_refused", { reason: "not_now" })];
  expect(of(...refused)).toMatchObject({ decision: "void", refused: "not_now" });
  expect(of(...refused, factOf("voided"))).toMatchObject({ refused: null, voided: true });
  expect(of(...refused, usd("captured", 300))).toMatchObject({ refused: null, voided: false, capturedMinor: 300 });
});
