"use client";

import { useEffect, useState } from "react";
import { BackIcon } from "./icons.tsx";
import classes from "./order.module.css";
import { OrderActions } from "./order-actions.tsx";
import { OrderHeadline } from "./order-headline.tsx";
import { OrderLines } from "./order-lines.tsx";
import { OrderMoney } from "./order-money.tsx";
import { PageFoot } from "./page-foot.tsx";
import page from "./page.module.css";
import { useInBrowser } from "./use-in-browser.ts";
import { useOrder } from "./use-order.ts";
import { useTranslations, type Words, WordsProvider } from "./words.tsx";

/** The provider tells us of a payment a moment after its page has sent the buyer back: until then an unpaid order may be a paid one. */
const PAYMENT_WORD_MS = 4_000;

/** An order while it comes out of the machine, and afterwards. */
export function OrderPage({ slug, orderId, words }: { slug: string; orderId: string; words: Words }) {
  return (
    <WordsProvider words={words}>
      <OrderFrame slug={slug} orderId={orderId} />
    </WordsProvider>
  );
}

function OrderFrame({ slug, orderId }: { slug: string; orderId: string }) {
  const t = useTranslations("storefront");
  // The order's secret is in this browser alone.
  const inBrowser = useInBrowser();
  return (
    <div className={page.page}>
      <header className={classes.head}>
        <a href={`/m/${slug}`}>
          <BackIcon />
          {t("order.back")}
        </a>
      </header>
      <main className={classes.main}>{inBrowser ? <OrderContent slug={slug} orderId={orderId} /> : <Loading />}</main>
      <PageFoot />
    </div>
  );
}

function Loading() {
  return <h1 className={classes.quiet}>{useTranslations("storefront")("order.loading")}</h1>;
}

function OrderContent({ slug, orderId }: { slug: string; orderId: string }) {
  const t = useTranslations("storefront");
  const watched = useOrder(slug, orderId);
  const { order, failing } = watched;
  const [patient, setPatient] = useState(true);
  useEffect(() => {
    const timer = setTimeout(() => setPatient(false), PAYMENT_WORD_MS);
    return () => clearTimeout(timer);
  }, []);
  if (order === undefined) return failing ? <Reconnecting /> : <Loading />;
  if (order === null) return <NotHere />;
  const checking = order.status === "created" && patient;
  return (
    <>
      {failing && <Reconnecting />}
      <p className={classes.machine}>{order.machineName}</p>
      <OrderHeadline order={order} checking={checking} />
      <OrderLines order={order} />
      <OrderMoney order={order} />
      <OrderActions watched={watched} order={order} checking={checking} />
      <p className={classes.number}>{t("order.number", { id: order.receiptNumber ?? order.id })}</p>
    </>
  );
}

function NotHere() {
  const t = useTranslations("storefront");
  return (
    <>
      <h1 className={classes.title}>{t("order.notHere")}</h1>
      <p className={classes.text}>{t("order.notHereText")}</p>
    </>
  );
}

function Reconnecting() {
  const t = useTranslations("storefront");
  return (
    <p className={page.stale} role="status">
      {t("order.reconnecting")}
    </p>
  );
}
