import type { PaymentFact } from "./payment-fact.ts";

export interface Asked {
  amountMinor: number;
  currency: string;
}

/** What is true of a top-up, from everything that is known about its payment. */
export interface TopUpState {
  paid: boolean;
  /** something was paid, but not what was asked: nothing is credited */
  mismatch: Asked | null;
  failure: string | null;
  expired: boolean;
  /** at most what was asked */
  refundedMinor: number;
  /** the payer's bank takes the money back, or has: open or lost */
  disputed: boolean;
  /** there was a dispute, and none is open or lost */
  disputeOver: boolean;
}

/**
 * The state of a top-up: a function of the set of facts, so that order, repetition and delay of their delivery change nothing. Paid stands above failed and
 * expired, as a late success does at a bank; won stands above lost above open.
 */
export function topUpState(asked: Asked, facts: readonly PaymentFact[]): TopUpState {
  // In an order of their own, for what takes one of several.
  const sorted = facts.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  const of = (kind: PaymentFact["kind"]) => sorted.filter((fact) => fact.kind === kind);
  const payments = of("paid");
  const right = payments.some((fact) => fact.amountMinor === asked.amountMinor && fact.currency === asked.currency);
  const wrong = right ? undefined : payments[0];
  const disputes = new Map<string | null, PaymentFact["kind"]>();
  // Each later kind stands above those before it.
  for (const kind of ["disputed", "dispute_lost", "dispute_won"] as const) {
    for (const fact of of(kind)) disputes.set(fact.partRef, kind);
  }
  const disputed = [...disputes.values()].some((kind) => kind !== "dispute_won");
  return {
    paid: right,
    mismatch: wrong ? { amountMinor: wrong.amountMinor ?? 0, currency: wrong.currency ?? "" } : null,
    failure: of("failed").length > 0 ? (of("failed")[0]?.reason ?? "declined") : null,
    expired: of("expired").length > 0,
    refundedMinor: Math.min(asked.amountMinor, refunded(of("refunded"), of("refund_failed"))),
    disputed,
    disputeOver: disputes.size > 0 && !disputed,
  };
}

/** Single refunds add up; a total says at least so much; refunds that failed count in neither. */
function refunded(refunds: readonly PaymentFact[], failed: readonly PaymentFact[]): number {
  const back = new Map(failed.map((fact) => [fact.partRef, fact.amountMinor ?? 0]));
  const single = new Map(refunds.filter((fact) => !fact.cumulative && !back.has(fact.partRef)).map((fact) => [fact.partRef, fact.amountMinor ?? 0]));
  const total = Math.max(0, ...refunds.filter((fact) => fact.cumulative).map((fact) => fact.amountMinor ?? 0));
  return Math.max(0, sum(single.values()), total - sum(back.values()));
}

function sum(amounts: Iterable<number>): number {
  let all = 0;
  for (const amount of amounts) all += amount;
  return all;
}

/** How many of the top-up's credits the payer may not keep, in micro-credits. */
export function creditsTakenBack(topUp: Asked & { credits: bigint }, state: Pick<TopUpState, "disputed" | "refundedMinor" | "paid">): bigint {
  if (!state.paid) return 0n;
  if (state.disputed) return topUp.credits;
  return (topUp.credits * BigInt(state.refundedMinor)) / BigInt(topUp.amountMinor);
}
