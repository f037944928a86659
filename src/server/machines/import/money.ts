import { MICRO } from "#shared/credits.ts";

/** An amount in the currency's smallest unit as micro-credits. @returns null when that is no whole number of them */
export function toMicro(minor: number, creditPriceMinor: number): bigint | null {
  const micro = BigInt(minor) * MICRO;
  return micro % BigInt(creditPriceMinor) === 0n ? micro / BigInt(creditPriceMinor) : null;
}
