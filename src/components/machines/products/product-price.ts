import { formatCredits, parseCredits } from "#shared/credits.ts";

const MAX_PRICE = 10_000_000_000n;

/** What was typed as the price of a piece, in micro-credits; null: it is none. */
export function productPrice(text: string): string | null {
  const micro = creditsOf(text);
  return micro !== null && micro > 0n && micro <= MAX_PRICE ? micro.toString() : null;
}

/** What was typed as an amount, also a negative one; null: it is none. */
export function creditsOf(text: string): bigint | null {
  try {
    return parseCredits(text.replace("−", "-").replace(/^\+/, ""));
  } catch {
    return null;
  }
}

/** A price as somebody would type it: at least two decimals, more only when it has them. */
export function typedProductPrice(micro: string): string {
  return formatCredits(micro, 6).replaceAll(",", "").replace(/0{1,4}$/, "");
}
