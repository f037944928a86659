"use client";

import { lazy, Suspense, useEffect, useState } from "react";
import { creditsOf, minorOf, piecesIn } from "./cart.ts";
import classes from "./cart.module.css";
import { CartMessages } from "./cart-messages.tsx";
import type { Shop } from "./use-shop.ts";
import { useAmounts, useTranslations } from "./words.tsx";

/** Fetched when something is in the cart: before that nobody pays. */
const sheet = () => import("./cart-sheet.tsx");
const CartSheet = lazy(() => sheet().then((module) => ({ default: module.CartSheet })));

/** The bar at the bottom, under the thumb, and the order that it opens. */
export function CartBar({ shop }: { shop: Shop }) {
  const t = useTranslations("storefront");
  const amounts = useAmounts();
  const [open, setOpen] = useState(false);
  const { cart, front, notices } = shop;
  const pieces = piecesIn(cart);
  const minor = minorOf(cart);
  const currency = front.payments.card?.currency;
  const any = pieces > 0;
  useEffect(() => {
    // Where it fails now, opening it tries again.
    if (any) sheet().catch(() => {});
  }, [any]);
  if (pieces === 0 && notices.length === 0) return null;
  return (
    <>
      <div className={classes.bar}>
        {pieces === 0 ? (
          <CartMessages shop={shop} problem={null} />
        ) : (
          <button type="button" className={classes.review} onClick={() => setOpen(true)}>
            <span className={classes.count}>{t(pieces === 1 ? "cart.one" : "cart.other", { count: pieces })}</span>
            <span>{t("cart.review")}</span>
            <span className={classes.sum}>{minor !== null && currency !== undefined ? amounts.card(minor, currency) : amounts.credits(creditsOf(cart))}</span>
          </button>
        )}
      </div>
      {open && pieces > 0 && (
        <Suspense>
          <CartSheet shop={shop} onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  );
}
