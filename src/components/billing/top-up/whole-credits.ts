import { credits, MICRO } from "#shared/credits.ts";

/** What was typed as whole credits, in micro-credits; null when it is none. Blanks and thousands separators are allowed. */
export function wholeCredits(text: string | number): bigint | null {
  const plain = String(text).replace(/[\s,]/g, "");
  return /^\d{1,9}$/.test(plain) ? credits(BigInt(plain)) : null;
}

/** Micro-credits as whole ones, for a field. */
export function asWhole(micro: string | bigint): string {
  return (BigInt(micro) / MICRO).toString();
}
