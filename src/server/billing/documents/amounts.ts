import { formatCredits } from "#shared/credits.ts";
import type { Language } from "./words.ts";

/** Credits without rounding, so that columns add up: at least two decimals, up to six. */
export function exactCredits(micro: string | bigint): string {
  return formatCredits(micro, 6).replace(/(\.\d\d\d*?)0+$/, "$1");
}

/** The same for programs: all six decimals and no thousands separators. */
export function plainCredits(micro: string | bigint): string {
  return formatCredits(micro, 6).replaceAll(",", "");
}

/** Seconds as hours with four decimals: exact for whole hours and minutes' quarters, else to the nearest. */
export function hoursOf(seconds: number): string {
  return seconds % 3_600 === 0 ? String(seconds / 3_600) : (seconds / 3_600).toFixed(4);
}

/** Money of a currency's smallest units, with its code: what a symbol is short for depends on the country. */
export function moneyText(minor: number, currency: string, language: Language): string {
  const format = new Intl.NumberFormat(language, { style: "currency", currency, currencyDisplay: "code" });
  return format.format(minor / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2)).replaceAll(" ", " ");
}
