/** An amount in a currency's smallest unit as a number of whole ones: to be shown, never to be counted with. */
export function wholeUnits(minor: number, currency: string): number {
  const digits = new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits ?? 2;
  return minor / 10 ** digits;
}
