"use client";

import classes from "./order.module.css";
import { type Both, moneyOf } from "./order-view.ts";
import type { ShownOrder } from "./types.ts";
import { useAmounts, useTranslations } from "./words.tsx";

/** What was charged, what never was, and what comes back. */
export function OrderMoney({ order }: { order: ShownOrder }) {
  const t = useTranslations("storefront");
  const amounts = useAmounts();
  const notices = moneyOf(order);
  const text = ({ minor, micro }: Both) => (order.payment === "card" && order.currency !== null ? amounts.card(minor, order.currency) : amounts.credits(micro));
  return (
    <section role="status" className={classes.money} hidden={notices.length === 0}>
      <h2>{t("order.money.title")}</h2>
      {notices.map(({ kind, amount, rest }) => (
        <p key={kind} data-money={kind}>
          {t(`order.money.${kind}`, { amount: text(amount), rest: text(rest) })}
        </p>
      ))}
    </section>
  );
}
