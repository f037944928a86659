import { useFormatter } from "next-intl";
import { wholeUnits } from "./money.ts";

/** Formats amounts in a currency's smallest unit, as the reader's language writes money. */
export function useMoney(): (minor: number, currency: string) => string {
  const format = useFormatter();
  return (minor, currency) => format.number(wholeUnits(minor, currency), { style: "currency", currency });
}
