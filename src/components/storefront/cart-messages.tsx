"use client";

import classes from "./cart.module.css";
import type { Problem } from "./use-checkout.ts";
import type { Shop } from "./use-shop.ts";
import { useAmounts, useTranslations } from "./words.tsx";

/** What has changed while the cart was open, and what came of paying. */
export function CartMessages({ shop, problem }: { shop: Shop; problem: Problem | null }) {
  const t = useTranslations("storefront");
  const amounts = useAmounts();
  const { front, notices, dearer } = shop;
  const currency = front.payments.card?.currency;
  const price = ({ price: micro, priceMinor }: { price: string; priceMinor: number | null }) => (currency !== undefined && priceMinor !== null ? amounts.card(priceMinor, currency) : amounts.credits(micro));
  const closed = front.state !== "open" ? t(`state.${front.state}.title`) : null;
  // What has a notice of its own needs no general one.
  const told = problem === "changed" && (notices.length > 0 || dearer.length > 0 || closed !== null) ? null : problem;
  return (
    <div role="alert" className={classes.messages}>
      {closed !== null && <p>{closed}</p>}
      {notices.map((notice) => (
        <p key={`${notice.kind}${notice.name}`}>{notice.kind === "gone" ? t("cart.gone", { name: notice.name }) : t("cart.fewer", { name: notice.name, count: notice.count })}</p>
      ))}
      {dearer.length > 0 && (
        <div className={classes.prices}>
          {dearer.map(({ line, product }) => (
            <p key={line.slot}>{t("cart.dearer", { name: line.name, now: price(product), before: price(line) })}</p>
          ))}
          <button type="button" onClick={shop.acceptPrices}>
            {t("cart.accept")}
          </button>
        </div>
      )}
      {told !== null && <p>{t(`problem.${told}`)}</p>}
    </div>
  );
}
