"use client";

import { CheckIcon, CrossIcon } from "./icons.tsx";
import classes from "./order.module.css";
import type { ShownOrder } from "./types.ts";
import { useAmounts, useTranslations } from "./words.tsx";

/** Piece by piece: waiting, coming out, out, or not. */
export function OrderLines({ order }: { order: ShownOrder }) {
  const t = useTranslations("storefront");
  const amounts = useAmounts();
  const waiting = order.paidAt !== null;
  return (
    <ul className={classes.lines} aria-label={t("order.stateLabel")}>
      {order.lines.map((line) => (
        <li key={line.id} data-state={line.state}>
          <span className={classes.mark}>{line.state === "dispensed" ? <CheckIcon size={16} /> : line.state === "failed" || (line.state === "released" && waiting) ? <CrossIcon size={14} /> : null}</span>
          <span className={classes.name}>
            {line.name}
            <span className={classes.where}>
              {t("order.slot", { slot: line.slot })}
              {waiting && ` · ${t(`order.line.${line.state}`)}`}
            </span>
          </span>
          <span className={classes.price}>{order.currency !== null && line.priceMinor !== null ? amounts.card(line.priceMinor, order.currency) : amounts.credits(line.price)}</span>
        </li>
      ))}
    </ul>
  );
}
