"use client";

import { formatCredits } from "#shared/credits.ts";
import classes from "./cart.module.css";
import type { Storefront } from "./types.ts";
import type { Payment } from "./use-checkout.ts";
import { useTranslations } from "./words.tsx";

/** Card, or credits for who is signed in. */
export function PaymentChoice({ front, total, payment, onChoose }: { front: Storefront; total: bigint; payment: Payment | null; onChoose: (payment: Payment) => void }) {
  const t = useTranslations("storefront");
  const { card, credits } = front.payments;
  const amount = credits === null ? "" : formatCredits(credits.available);
  return (
    <fieldset className={classes.choice}>
      <legend>{t("cart.payWith")}</legend>
      {card === null && credits === null && <p>{t("cart.noPayment")}</p>}
      {card !== null && (
        <label>
          <input type="radio" name="payment" checked={payment === "card"} onChange={() => onChoose("card")} />
          <span>
            {t("cart.card")}
            <small>{t("cart.cardText")}</small>
          </span>
        </label>
      )}
      {credits !== null && (
        <label>
          <input type="radio" name="payment" checked={payment === "credits"} disabled={BigInt(credits.available) < total} onChange={() => onChoose("credits")} />
          <span>
            {t("cart.creditsName")}
            <small>{BigInt(credits.available) < total ? t("cart.tooFew", { amount }) : t("cart.have", { amount })}</small>
          </span>
        </label>
      )}
      {credits === null && (
        <a className={classes.signIn} href={`/sign-in?next=${encodeURIComponent(`/m/${front.slug}`)}`}>
          {t("cart.signIn")}
        </a>
      )}
    </fieldset>
  );
}
