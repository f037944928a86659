"use client";

import { MinusIcon, PlusIcon } from "./icons.tsx";
import classes from "./shelf.module.css";
import type { ShownProduct } from "./types.ts";
import { useAmounts, useTranslations } from "./words.tsx";

/** From here on it says how many are left. */
const FEW = 3;

export interface ProductCardProps {
  product: ShownProduct;
  currency: string | null;
  quantity: number;
  /** the order has room for one more */
  room: boolean;
  selling: boolean;
  onChange: (by: 1 | -1) => void;
}

/** What is in one slot: name, price, how much is left, and the one button. */
export function ProductCard({ product, currency, quantity, room, selling, onChange }: ProductCardProps) {
  const t = useTranslations("storefront");
  const { name, slot, available, disabled, price, priceMinor } = product;
  const amounts = useAmounts();
  const inCredits = amounts.credits(price);
  const byCard = currency !== null && priceMinor !== null ? amounts.card(priceMinor, currency) : null;
  const none = available === 0;
  return (
    <li className={classes.card} data-none={none || undefined} data-chosen={quantity > 0 || undefined}>
      <div className={classes.top}>
        <span className={classes.slot}>{slot}</span>
        {!none && available <= FEW && <span className={classes.few}>{t("left", { count: available })}</span>}
      </div>
      <h3 className={classes.name}>{name}</h3>
      <p className={classes.price}>
        {byCard ?? inCredits}
        {byCard !== null && <span className={classes.credits}>{inCredits}</span>}
      </p>
      {none ? (
        <p className={classes.none}>{t(disabled ? "notForSale" : "soldOut")}</p>
      ) : quantity === 0 ? (
        <button type="button" className={classes.add} disabled={!selling || !room} aria-label={t("addLabel", { name, slot })} onClick={() => onChange(1)}>
          <PlusIcon />
          {t("add")}
        </button>
      ) : (
        <Stepper name={name} slot={slot} quantity={quantity} more={selling && room && quantity < available} onChange={onChange} />
      )}
    </li>
  );
}

/** One less, how many, one more. */
export function Stepper({ name, slot, quantity, more, onChange }: { name: string; slot: string; quantity: number; more: boolean; onChange: (by: 1 | -1) => void }) {
  const t = useTranslations("storefront");
  return (
    <div className={classes.stepper} role="group" aria-label={`${name}, ${slot}`}>
      <button type="button" aria-label={t("oneLess", { name, slot })} onClick={() => onChange(-1)}>
        <MinusIcon />
      </button>
      <output aria-live="polite">{quantity}</output>
      <button type="button" aria-label={t("oneMore", { name, slot })} disabled={!more} onClick={() => onChange(1)}>
        <PlusIcon />
      </button>
    </div>
  );
}
