"use client";

import { piecesIn } from "./cart.ts";
import { ProductCard } from "./product-card.tsx";
import classes from "./shelf.module.css";
import type { Shop } from "./use-shop.ts";
import { useTranslations } from "./words.tsx";

/** The machine's rows, as they are behind its glass. A row with more than the screen has room for goes on to the side. */
export function Shelves({ shop }: { shop: Shop }) {
  const t = useTranslations("storefront");
  const { front, cart } = shop;
  const rows = [...new Set(front.products.map((product) => product.row))];
  const room = piecesIn(cart) < front.maxPieces;
  return rows.map((row) => {
    const products = front.products.filter((product) => product.row === row);
    const letter = /^[A-Z]+/.exec(products[0]?.slot ?? "")?.[0] ?? String(row + 1);
    return (
      <section key={row} className={classes.shelf} aria-label={t("row", { row: letter })}>
        <h2 className={classes.row}>{t("row", { row: letter })}</h2>
        <ul className={classes.cards}>
          {products.map((product) => (
            <ProductCard
              key={product.slot}
              product={product}
              currency={front.payments.card?.currency ?? null}
              quantity={cart.find((line) => line.slot === product.slot)?.quantity ?? 0}
              room={room}
              selling={front.state === "open"}
              onChange={(by) => shop.change(product, by)}
            />
          ))}
        </ul>
      </section>
    );
  });
}
