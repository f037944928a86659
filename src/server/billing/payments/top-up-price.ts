import { priceOfCredits } from "#shared/billing/top-ups.ts";
import { credits, formatCredits } from "#shared/credits.ts";
import { AppError } from "#shared/errors.ts";
import type { PaymentSettings } from "#server/infra/config.ts";

/**
 * What whole credits cost; integers alone.
 * @param amount micro-credits
 * @throws AppError INVALID_REQUEST when it is no whole number of credits, or beyond what can be bought at once
 */
export function priceOf(settings: PaymentSettings, amount: bigint): { credits: bigint; amountMinor: number; currency: string } {
  const { minCredits, maxCredits } = settings;
  if (amount % credits(1) !== 0n || amount < credits(minCredits) || amount > credits(maxCredits)) {
    const message = `must be a whole number of credits from ${formatCredits(credits(minCredits), 0)} to ${formatCredits(credits(maxCredits), 0)}`;
    throw new AppError("INVALID_REQUEST", `credits ${message}`, { details: [{ field: "credits", message }] });
  }
  return { credits: amount, amountMinor: Number(priceOfCredits(amount, settings.creditPriceMinor)), currency: settings.currency };
}
