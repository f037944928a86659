"use client";

import type { ReactNode } from "react";
import { CheckIcon, ClockIcon, CrossIcon } from "./icons.tsx";
import classes from "./order.module.css";
import { headlineOf, piecesOut } from "./order-view.ts";
import type { ShownOrder } from "./types.ts";
import { useAmounts, useTranslations } from "./words.tsx";

/** How far the order is, in one sentence that is read out when it changes, and a ring that fills as the machine lets the pieces out. */
export function OrderHeadline({ order, checking }: { order: ShownOrder; checking: boolean }) {
  const t = useTranslations("storefront");
  const amounts = useAmounts();
  const headline = headlineOf(order);
  const count = order.lines.length;
  const out = piecesOut(order);
  const under = headline === "starting" || headline === "moving" || headline === "finishing";
  const moving = order.lines.find((line) => line.state === "dispensing");
  const title = headline === "unpaid" && checking ? t("order.checking") : headline === "moving" && moving ? t("order.moving", { name: moving.name }) : t(`order.${headline}`, { name: "" });
  const text =
    headline === "unpaid"
      ? checking
        ? t("order.checkingText")
        : t("order.unpaidText", { time: amounts.time(order.expiresAt) })
      : under
        ? t("order.stay")
        : headline === "done"
          ? t("order.doneText")
          : headline === "some" || headline === "none"
            ? t("order.sorry")
            : t("order.endedText");
  const tone = headline === "done" ? "ok" : under || checking ? "busy" : headline === "some" || headline === "none" ? "warn" : "off";
  return (
    <div className={classes.headline} data-tone={tone}>
      <Ring share={under ? (out + (moving ? 0.5 : 0)) / count : 1} busy={under || checking}>
        {under ? `${out}/${count}` : tone === "ok" ? <CheckIcon size={40} /> : tone === "busy" ? "" : tone === "warn" ? "!" : headline === "unpaid" ? <ClockIcon /> : <CrossIcon size={36} />}
      </Ring>
      <div role="status">
        <h1 className={classes.title}>{title}</h1>
        {under && count > 1 && <p className={classes.progress}>{t("order.progress", { out, count })}</p>}
        <p className={classes.text}>{text}</p>
      </div>
    </div>
  );
}

const RADIUS = 44;
const ROUND = 2 * Math.PI * RADIUS;

function Ring({ share, busy, children }: { share: number; busy: boolean; children: ReactNode }) {
  return (
    <div className={classes.ring} data-busy={busy || undefined} aria-hidden>
      <svg viewBox="0 0 100 100" fill="none" strokeWidth="6" strokeLinecap="round">
        <circle cx="50" cy="50" r={RADIUS} className={classes.track} />
        <circle cx="50" cy="50" r={RADIUS} className={classes.arc} strokeDasharray={`${Math.max(0.04, share) * ROUND} ${ROUND}`} />
      </svg>
      <span>{children}</span>
    </div>
  );
}
