"use client";

import { useEffect, useRef, useState } from "react";
import { creditsOf, minorOf, piecesIn } from "./cart.ts";
import classes from "./cart.module.css";
import { CartMessages } from "./cart-messages.tsx";
import { CrossIcon } from "./icons.tsx";
import { PaymentChoice } from "./payment-choice.tsx";
import { Stepper } from "./product-card.tsx";
import { type Payment, useCheckout } from "./use-checkout.ts";
import type { Shop } from "./use-shop.ts";
import { useAmounts, useTranslations } from "./words.tsx";

/** A press beside it closes it, where the browser knows the attribute. React writes it; its types do not have it yet. */
const CLOSED_BY = { closedby: "any" } as object;

/** The order before it is paid: what, how much, how. */
export function CartSheet({ shop, onClose }: { shop: Shop; onClose: () => void }) {
  const t = useTranslations("storefront");
  const amounts = useAmounts();
  const dialog = useRef<HTMLDialogElement>(null);
  const { pay, paying, problem } = useCheckout(shop);
  const { front, cart, dearer } = shop;
  const { card, credits } = front.payments;
  const minor = minorOf(cart);
  const total = creditsOf(cart);
  const enough = credits !== null && BigInt(credits.available) >= total;
  const [wanted, setWanted] = useState<Payment | null>(null);
  const payment: Payment | null = wanted ?? (card ? "card" : credits ? "credits" : null);
  const amount = payment === "card" && card && minor !== null ? amounts.card(minor, card.currency) : amounts.credits(total);
  const ready = payment !== null && front.state === "open" && dearer.length === 0 && (payment === "card" ? card !== null : enough);

  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  return (
    <dialog ref={dialog} className={classes.sheet} aria-labelledby="cart-title" onClose={onClose} {...CLOSED_BY}>
      <div className={classes.inside}>
        <header className={classes.head}>
          <h2 id="cart-title">{t("cart.title")}</h2>
          <button type="button" className={classes.close} aria-label={t("cart.close")} onClick={() => dialog.current?.close()}>
            <CrossIcon />
          </button>
        </header>
        <CartMessages shop={shop} problem={problem} />
        <ul className={classes.lines}>
          {cart.map((line) => {
            const product = front.products.find((each) => each.slot === line.slot);
            return (
              <li key={line.slot}>
                <span className={classes.lineSlot}>{line.slot}</span>
                <span className={classes.lineName}>
                  {line.name}
                  <span className={classes.linePrice}>{card && line.priceMinor !== null ? amounts.card(line.priceMinor, card.currency) : amounts.credits(line.price)}</span>
                </span>
                {product && (
                  <Stepper name={line.name} slot={line.slot} quantity={line.quantity} more={piecesIn(cart) < front.maxPieces && line.quantity < product.available} onChange={(by) => shop.change(product, by)} />
                )}
              </li>
            );
          })}
        </ul>
        {piecesIn(cart) >= front.maxPieces && <p className={classes.small}>{t("full", { count: front.maxPieces })}</p>}
        <PaymentChoice front={front} total={total} payment={payment} onChoose={setWanted} />
        <div className={classes.total}>
          <span>{t("cart.total")}</span>
          <strong>{amount}</strong>
        </div>
        <button type="button" className={classes.pay} disabled={!ready || paying} aria-busy={paying} onClick={() => payment && void pay(payment)}>
          {paying ? t("cart.paying") : t("cart.pay", { amount })}
        </button>
        <p className={classes.small}>{t("cart.only")}</p>
      </div>
    </dialog>
  );
}
