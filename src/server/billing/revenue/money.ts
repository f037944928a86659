import type { z } from "zod";
import type { revenueOutput } from "#shared/billing/revenue.ts";
import { topUpState } from "../payments/top-up-state.ts";
import type { PaidRow, TouchedPayment } from "./money-repository.ts";

export type Money = z.output<typeof revenueOutput>["money"][number];

/** Money that moved at a time, in a currency's smallest unit. */
interface Movement {
  /** null: of all together */
  organizationId: string | null;
  at: Date;
  currency: string;
  payments: number;
  paidMinor: number;
  refundedMinor: number;
  disputedMinor: number;
}

/**
 * What each fact of a payment changed in what its payer got back: the state after it less the state before. So what counts in a time is exactly what the credits were
 * taken back for then, in whatever order the provider told it; what was told before the credits were booked counts when they were.
 */
export function movementsOf({ organizationId, currency, amountMinor, bookedAt, facts }: TouchedPayment): Movement[] {
  const told = facts.map(({ at, fact }) => ({ at: at < bookedAt ? bookedAt : at, fact }));
  const times = [...new Set(told.map(({ at }) => at.getTime()))].toSorted((one, other) => one - other);
  let before = { refundedMinor: 0, disputedMinor: 0 };
  return times.flatMap((time) => {
    const state = topUpState({ amountMinor, currency }, told.filter(({ at }) => at.getTime() <= time).map(({ fact }) => fact));
    // While a bank has the money it has all that was left of it.
    const after = { refundedMinor: state.refundedMinor, disputedMinor: state.disputed ? amountMinor - state.refundedMinor : 0 };
    const change = { refundedMinor: after.refundedMinor - before.refundedMinor, disputedMinor: after.disputedMinor - before.disputedMinor };
    before = after;
    return change.refundedMinor === 0 && change.disputedMinor === 0 ? [] : [{ organizationId, at: new Date(time), currency, payments: 0, paidMinor: 0, ...change }];
  });
}

export function movementOf({ organizationId, at, currency, payments, paidMinor }: PaidRow): Movement {
  return { organizationId, at, currency, payments: Number(payments), paidMinor: Number(paidMinor), refundedMinor: 0, disputedMinor: 0 };
}

/** Movements from `start` up to `end`, added up by currency. */
export function moneyBetween(movements: readonly Movement[], start: Date, end: Date): Money[] {
  const sums = new Map<string, Money>();
  for (const { at, currency, ...moved } of movements) {
    if (at < start || at >= end) continue;
    const sum = sums.get(currency) ?? { currency, payments: 0, paidMinor: 0, refundedMinor: 0, disputedMinor: 0, netMinor: 0 };
    sum.payments += moved.payments;
    sum.paidMinor += moved.paidMinor;
    sum.refundedMinor += moved.refundedMinor;
    sum.disputedMinor += moved.disputedMinor;
    sum.netMinor = sum.paidMinor - sum.refundedMinor - sum.disputedMinor;
    sums.set(currency, sum);
  }
  return [...sums.values()].toSorted((one, other) => (one.currency < other.currency ? -1 : 1));
}
