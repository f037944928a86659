"use client";

import { useState } from "react";
import { CartBar } from "./cart-bar.tsx";
import { PlugIcon } from "./icons.tsx";
import { orderUnderWay } from "./kept.ts";
import { PageFoot } from "./page-foot.tsx";
import classes from "./page.module.css";
import { Shelves } from "./shelf.tsx";
import type { Storefront } from "./types.ts";
import { useInBrowser } from "./use-in-browser.ts";
import { useShop } from "./use-shop.ts";
import { useTranslations, type Words, WordsProvider } from "./words.tsx";

/** What somebody sees who scans the code on a machine's front: what is in it, and a way to buy. */
export function ShopPage({ initial, words }: { initial: Storefront; words: Words }) {
  return (
    <WordsProvider words={words}>
      <ShopContent initial={initial} />
    </WordsProvider>
  );
}

function ShopContent({ initial }: { initial: Storefront }) {
  const t = useTranslations("storefront");
  const shop = useShop(initial);
  const inBrowser = useInBrowser();
  const { front, stale } = shop;
  return (
    <div className={classes.page}>
      <header className={classes.head}>
        <h1>{front.name}</h1>
        {front.place !== "" && <p>{front.place}</p>}
      </header>
      <main className={classes.main}>
        {inBrowser && <UnderWay slug={front.slug} />}
        <div role="status">
          {stale && <p className={classes.stale}>{t("stale")}</p>}
          {front.state !== "open" && (
            <div className={classes.closed}>
              <PlugIcon />
              <div>
                <h2>{t(`state.${front.state}.title`)}</h2>
                <p>{t(`state.${front.state}.text`)}</p>
              </div>
            </div>
          )}
        </div>
        {front.products.length === 0 && front.state !== "decommissioned" ? <p className={classes.nothing}>{t("nothing")}</p> : <Shelves shop={shop} />}
        {front.simulated && <p className={classes.simulated}>{t("simulated")}</p>}
      </main>
      <PageFoot />
      <CartBar shop={shop} />
    </div>
  );
}

/** The way back to an order whose page was closed: by the payment page, by the browser, by a pocket. */
function UnderWay({ slug }: { slug: string }) {
  const t = useTranslations("storefront");
  const [order] = useState(() => orderUnderWay(slug, Date.now()));
  if (!order) return null;
  return (
    <p className={classes.underWay}>
      {t("underWay")} <a href={`/m/${slug}/orders/${order.orderId}`}>{t("showOrder")}</a>
    </p>
  );
}
