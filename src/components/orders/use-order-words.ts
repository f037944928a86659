"use client";

import { useTranslations } from "next-intl";
import { useMoney } from "#components/billing/top-up/use-money.ts";
import { formatCredits } from "#shared/credits.ts";
import type { Order } from "./types.ts";

/** How orders are said: amounts in what was paid with, what was ordered in short, and reasons in the reader's language. */
export function useOrderWords() {
  const t = useTranslations("orders");
  const money = useMoney();
  const amount = (order: Pick<Order, "currency">, micro: string, minor: number | null): string =>
    order.currency !== null && minor !== null ? money(minor, order.currency) : `${formatCredits(micro)} ${t("detail.credits")}`;
  return {
    amount,
    what(order: { lines: readonly { name: string }[] }): string {
      const [first, ...others] = order.lines.map((line) => line.name);
      if (first === undefined) return "";
      return others.length === 0 ? first : t("and", { first, count: others.length });
    },
    code(code: string): string {
      return t.has(`code.${code}` as "code.JAM") ? t(`code.${code}` as "code.JAM") : code;
    },
    failure(failure: string): string {
      if (t.has(`failure.${failure}` as "failure.unpaid")) return t(`failure.${failure}` as "failure.unpaid");
      return t.has(`code.${failure}` as "code.JAM") ? t(`code.${failure}` as "code.JAM") : failure;
    },
  };
}
