/** Digits after the point of a currency: 2 for USD, 0 for KRW. */
function digitsOf(currency: string): number {
  return new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits ?? 2;
}

/** An amount in a currency's smallest unit as a plain decimal number of whole ones: "12.50", "-0.05", "1200". */
export function plainMoney(minor: number, currency: string): string {
  const digits = digitsOf(currency);
  const plain = Math.abs(minor).toString().padStart(digits + 1, "0");
  return `${minor < 0 ? "-" : ""}${digits === 0 ? plain : `${plain.slice(0, -digits)}.${plain.slice(-digits)}`}`;
}

/** What was typed as an amount of money, in the currency's smallest unit; null when it is none, or has a fraction that the currency does not know. */
export function parseMoney(text: string, currency: string): number | null {
  const digits = digitsOf(currency);
  const plain = /^\s*\d{1,3}(,\d{3})+(\.\d+)?\s*$/.test(text) ? text.replaceAll(",", "") : text;
  const [, whole, fraction = ""] = /^\s*(\d{1,9})(?:\.(\d{1,6}))?\s*$/.exec(plain) ?? [];
  if (whole === undefined || fraction.length > digits) return null;
  return Number(whole + fraction.padEnd(digits, "0"));
}
