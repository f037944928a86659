import type { z } from "zod";
import type { balanceOutput } from "#shared/billing/schema.ts";

export type Balance = z.infer<typeof balanceOutput>;

/** A month of prices is 730 hours: a twelfth of a year. */
export const HOURS_A_MONTH = 730n;

/** Micro-credits a month of what costs `perHour` micro-credits an hour. */
export function perMonth(perHour: string | bigint): bigint {
  return BigInt(perHour) * HOURS_A_MONTH;
}

/** Whole hours that `available` lasts at `perHour`; null: nothing burns, so for ever. */
export function hoursLeft(available: string | bigint, perHour: string | bigint): number | null {
  const burn = BigInt(perHour);
  if (burn <= 0n) return null;
  const left = BigInt(available);
  return left <= 0n ? 0 : Number(left / burn);
}

/** Whole hours until then. What runs out counts what is owed too, which what is available does not. */
export function hoursUntil(at: string, now: number): number {
  return Math.max(0, Math.floor((Date.parse(at) - now) / 3_600_000));
}

/** What taking on another `pricePerHour` does to a balance. `hold` is what is reserved at the start: the first hour. */
export interface Estimate {
  hold: bigint;
  availableAfter: bigint;
  burnAfter: bigint;
  hoursLeftNow: number | null;
  hoursLeftAfter: number | null;
  /** null: it can be had; else what must be available for it (INSUFFICIENT_CREDITS of the server) */
  needed: bigint | null;
}

export function estimate(balance: Pick<Balance, "available" | "burnPerHour" | "lowThreshold">, pricePerHour: string): Estimate {
  const available = BigInt(balance.available);
  const hold = BigInt(pricePerHour);
  const burnAfter = BigInt(balance.burnPerHour) + hold;
  const availableAfter = available - hold;
  const least = hold > BigInt(balance.lowThreshold) ? hold : BigInt(balance.lowThreshold);
  return { hold, availableAfter, burnAfter, hoursLeftNow: hoursLeft(available, balance.burnPerHour), hoursLeftAfter: hoursLeft(availableAfter, burnAfter), needed: available < least ? least : null };
}
