import { fc } from "#server/testing/properties.ts";
import { describe, expect, it } from "vitest";
import { credits } from "#shared/credits.ts";
import { factOf, type PaymentFact } from "./payment-fact.ts";
import { creditsTakenBack, topUpState } from "./top-up-state.ts";

const ASKED = { amountMinor: 1000, currency: "USD" };
const usd = (amountMinor: number) => ({ amountMinor, currency: "USD" });
const paid = factOf("paid", usd(1000));
const refund = (partRef: string, amountMinor: number) => factOf("refunded", { ...usd(amountMinor), partRef });
const total = (amountMinor: number) => factOf("refunded", { ...usd(amountMinor), cumulative: true });
const failedRefund = (partRef: string, amountMinor: number) => factOf("refund_failed", { ...usd(amountMinor), partRef });
const dispute = (kind: "disputed" | "dispute_won" | "dispute_lost", partRef: string) => factOf(kind, { ...usd(1000), partRef });

const anyFact: fc.Arbitrary<PaymentFact> = fc.oneof(
  fc.constantFrom(paid, factOf("paid", usd(999)), factOf("failed", { reason: "card_declined" }), factOf("failed", { reason: "expired_card" }), factOf("expired"), factOf("other")),
  fc.tuple(fc.constantFrom("re_1", "re_2", "key-1"), fc.integer({ min: 1, max: 1200 })).map(([ref, amount]) => refund(ref, amount)),
  fc.integer({ min: 1, max: 1200 }).map(total),
  fc.tuple(fc.constantFrom("re_1", "key-1"), fc.integer({ min: 1, max: 500 })).map(([ref, amount]) => failedRefund(ref, amount)),
  fc.tuple(fc.constantFrom("disputed" as const, "dispute_won" as const, "dispute_lost" as const), fc.constantFrom("dp_1", "dp_2")).map(([kind, ref]) => dispute(kind, ref)),
);

describe("topUpState", () => {
  it("is the same for every order and any repetition of the facts", () => {
    const shuffled = fc.array(anyFact, { maxLength: 8 }).chain((facts) => fc.tuple(fc.constant(facts), fc.shuffledSubarray([...facts, ...facts], { minLength: facts.length * 2 })));
    fc.assert(
      fc.property(shuffled, ([facts, others]) => {
        // One refund or total has one amount, as providers have it.
        const same = (list: readonly PaymentFact[]) => list.filter((fact, index) => list.findIndex((one) => one.kind === fact.kind && one.partRef === fact.partRef && one.cumulative === fact.cumulative && one.kind.startsWith("refund")) === index || !fact.kind.startsWith("refund") || fact.cumulative);
        const known = same(facts);
        const later = others.filter((fact) => known.includes(fact));
        expect(topUpState(ASKED, later)).toEqual(topUpState(ASKED, known));
      }),
      { numRuns: 500 },
    );
  });

  it("never takes back more credits than were brought, nor any of what was not paid", () => {
    fc.assert(
      fc.property(fc.array(anyFact, { maxLength: 10 }), (facts) => {
        const state = topUpState(ASKED, facts);
        const back = creditsTakenBack({ ...ASKED, credits: credits(10) }, state);
        expect(back >= 0n && back <= credits(10)).toBe(true);
        expect(state.paid || back === 0n).toBe(true);
        expect(state.refundedMinor).toBeLessThanOrEqual(1000);
      }),
    );
  });

  it.each<[string, PaymentFact[], Partial<ReturnType<typeof topUpState>>]>([
    ["nothing known", [], { paid: false, failure: null, expired: false, refundedMinor: 0 }],
    ["paid after it failed and expired", [factOf("failed", { reason: "x" }), factOf("expired"), paid], { paid: true, mismatch: null }],
    ["another amount", [factOf("paid", usd(999))], { paid: false, mismatch: usd(999) }],
    ["another currency", [factOf("paid", { amountMinor: 1000, currency: "KRW" })], { paid: false, mismatch: { amountMinor: 1000, currency: "KRW" } }],
    ["the right payment beside another", [factOf("paid", usd(999)), paid], { paid: true, mismatch: null }],
    ["a refund told one by one and in all", [paid, refund("re_1", 300), total(300)], { refundedMinor: 300 }],
    ["two refunds", [paid, refund("re_1", 300), refund("re_2", 200), total(300)], { refundedMinor: 500 }],
    ["the same refund twice", [paid, refund("re_1", 300), refund("re_1", 300)], { refundedMinor: 300 }],
    ["a refund that failed", [paid, refund("re_1", 300), total(300), failedRefund("re_1", 300)], { refundedMinor: 0 }],
    ["more than was paid", [paid, total(5000)], { refundedMinor: 1000 }],
    ["a dispute", [paid, dispute("disputed", "dp_1")], { disputed: true, disputeOver: false }],
    ["won, told first", [dispute("dispute_won", "dp_1"), dispute("disputed", "dp_1")], { disputed: false, disputeOver: true }],
    ["one won, one lost", [dispute("dispute_won", "dp_1"), dispute("dispute_lost", "dp_2")], { disputed: true }],
  ])("%s", (_name, facts, expected) => expect(topUpState(ASKED, facts)).toMatchObject(expected));
});
