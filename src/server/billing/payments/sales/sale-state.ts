import type { PaymentFact } from "../payment-fact.ts";
import type { Asked } from "../top-up-state.ts";

/** A fact of a sale, and whether it is a request of ours that the provider has not answered. */
export interface SaleFact {
  fact: PaymentFact;
  waiting: boolean;
}

/** What is true of the payment of a sale, from everything that is known about it. */
export interface SaleState {
  /** what was asked is promised by the payer's bank, or was taken already */
  authorized: boolean;
  /** something was authorised or taken, but not what was asked */
  mismatch: Asked | null;
  failure: string | null;
  expired: boolean;
  /** what we decided to become of the authorisation; it is decided once */
  decision: { captureMinor: number } | "void" | null;
  /** 0: nothing was taken, or not yet */
  capturedMinor: number;
  voided: boolean;
  /** the provider would not end the authorisation as we decided, and it has not ended otherwise */
  refused: string | null;
  /** given back of what was taken, or asked to be */
  refundedMinor: number;
  /** a refund was asked for and has no answer */
  refunding: boolean;
  refundFailed: boolean;
  /** the payer's bank takes the money back, or has */
  disputed: boolean;
}

/** The state of a sale's payment: a function of the set of facts, so that order, repetition and delay of their delivery change nothing. What was taken stands above what was let go. */
export function saleState(asked: Asked, known: readonly SaleFact[]): SaleState {
  // In an order of their own, for what takes one of several.
  const facts = known.map((each) => each.fact).toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  const of = (...kinds: PaymentFact["kind"][]) => facts.filter((fact) => kinds.includes(fact.kind));
  const promised = of("authorized");
  const taken = of("captured", "paid").filter((fact) => fact.currency === asked.currency);
  const right = promised.some((fact) => fact.amountMinor === asked.amountMinor && fact.currency === asked.currency);
  const wrong = [...promised, ...of("captured", "paid")].find((fact) => fact.currency !== asked.currency || (fact.kind === "authorized" ? fact.amountMinor !== asked.amountMinor : (fact.amountMinor ?? 0) > asked.amountMinor));
  const authorized = right || (!wrong && taken.length > 0);
  const capturedMinor = Math.min(asked.amountMinor, Math.max(0, ...taken.map((fact) => fact.amountMinor ?? 0)));
  const voided = capturedMinor === 0 && of("voided").length > 0;
  const refusals = of("end_refused");
  const failedRefunds = of("refund_failed");
  return {
    authorized,
    mismatch: !authorized && wrong ? { amountMinor: wrong.amountMinor ?? 0, currency: wrong.currency ?? "" } : null,
    failure: of("failed").length > 0 ? (of("failed")[0]?.reason ?? "declined") : null,
    expired: of("expired").length > 0,
    decision: decisionOf(of("capture_asked", "void_asked")),
    capturedMinor,
    voided,
    refused: capturedMinor === 0 && !voided && refusals.length > 0 ? (refusals[0]?.reason ?? "refused") : null,
    refundedMinor: Math.min(capturedMinor, refundsOf(of("refunded"), failedRefunds, asked.amountMinor - capturedMinor)),
    refunding: known.some(({ fact, waiting }) => waiting && fact.kind === "refunded"),
    refundFailed: failedRefunds.length > 0,
    disputed: isDisputed(facts),
  };
}

function decisionOf(asked: readonly PaymentFact[]): SaleState["decision"] {
  const [first] = asked;
  if (!first) return null;
  return first.kind === "void_asked" ? "void" : { captureMinor: first.amountMinor ?? 0 };
}

/**
 * Single refunds, by their keys, less those that failed. Totals are passed over: providers count what was authorised and not captured among them; some tell of it
 * as of a refund too, which is passed over once.
 */
function refundsOf(refunds: readonly PaymentFact[], failed: readonly PaymentFact[], uncaptured: number): number {
  const back = new Set(failed.map((fact) => fact.partRef));
  const single = new Map(refunds.filter((fact) => !fact.cumulative && !back.has(fact.partRef)).map((fact) => [fact.partRef, fact.amountMinor ?? 0]));
  if (uncaptured > 0) {
    const released = [...single].find(([key, amount]) => amount === uncaptured && !isOurs(key));
    if (released) single.delete(released[0]);
  }
  let sum = 0;
  for (const amount of single.values()) sum += amount;
  return sum;
}

/** The key of a refund that we asked for is a UUID or begins with our id; a provider's own is neither. */
function isOurs(key: string | null): boolean {
  return key !== null && /^([0-9a-f]{8}-|ord_)/.test(key);
}

function isDisputed(facts: readonly PaymentFact[]): boolean {
  const disputes = new Map<string | null, PaymentFact["kind"]>();
  // Each later kind stands above those before it.
  for (const kind of ["disputed", "dispute_lost", "dispute_won"] as const) {
    for (const fact of facts) if (fact.kind === kind) disputes.set(fact.partRef, kind);
  }
  return [...disputes.values()].some((kind) => kind !== "dispute_won");
}
