/** Money: 1 credit = 1 000 000 micro-credits. In the program a bigint, on the wire a decimal string of micro-credits; never a float. */
export const MICRO = 1_000_000n;

/** Whole credits to micro-credits. */
export function credits(whole: number | bigint): bigint {
  return BigInt(whole) * MICRO;
}

/**
 * "12.34": micro-credits as decimal credits with `digits` (0 to 6) after the point, rounded half away from zero.
 * Amounts are shown with two digits, prices an hour with four.
 */
export function formatCredits(micro: bigint | string, digits = 2): string {
  const value = BigInt(micro);
  const negative = value < 0n;
  const unit = 10n ** BigInt(6 - digits);
  const rounded = ((negative ? -value : value) + unit / 2n) / unit;
  const scale = 10n ** BigInt(digits);
  const whole = (rounded / scale).toString().replace(/\B(?=(\d{3})+$)/g, ",");
  const fraction = digits > 0 ? `.${(rounded % scale).toString().padStart(digits, "0")}` : "";
  return `${negative && rounded > 0n ? "-" : ""}${whole}${fraction}`;
}

/** Decimal credits ("12.5") to micro-credits. Throws RangeError on anything but up to six decimals. */
export function parseCredits(text: string): bigint {
  const match = /^(-?)(\d{1,12})(?:\.(\d{1,6}))?$/.exec(text.trim());
  if (!match) throw new RangeError(`not an amount of credits: ${JSON.stringify(text)}`);
  const micro = BigInt(match[2] ?? "0") * MICRO + BigInt((match[3] ?? "").padEnd(6, "0"));
  return match[1] === "-" ? -micro : micro;
}

/** Micro-credits as a number of credits, for charts only: it is not exact beyond 2^53. */
export function toChartNumber(micro: bigint | string): number {
  return Number(BigInt(micro)) / 1_000_000;
}
