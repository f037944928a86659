"use client";

import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { CopyText } from "#components/ui/copy-text.tsx";
import { KeyValue } from "#components/ui/key-value.tsx";
import { Notice } from "#components/ui/notice.tsx";
import { ExactTime } from "#components/ui/relative-time.tsx";
import { TextLink } from "#components/ui/text-link.tsx";
import { LineStateChip, OrderStateChip, PaymentStateChip } from "./order-state.tsx";
import classes from "./orders.module.css";
import type { AdminOrderDetail, OrderDetail, OrderLine } from "./types.ts";
import { useOrderWords } from "./use-order-words.ts";

/** An order: what came out, what was paid and kept. @param actions what can be done with it */
export function OrderDetails({ order, admin, actions }: { order: OrderDetail; admin: AdminOrderDetail | null; actions?: ReactNode }) {
  const t = useTranslations("orders");
  const words = useOrderWords();
  const back = order.payment === "credits" ? order.refunded !== "0" : order.refundedMinor > 0;
  const items = [
    { label: t("columns.state"), value: <OrderStateChip order={order} /> },
    { label: t("columns.money"), value: <PaymentStateChip state={order.paymentState} /> },
    ...(order.failure === null ? [] : [{ label: t("detail.why"), value: words.failure(order.failure) }]),
    { label: t("detail.method"), value: order.payment === "credits" ? t("detail.credits") : order.provider === null ? t("detail.card") : t("detail.cardBy", { provider: order.provider }) },
    { label: t("detail.asked"), value: words.amount(order, order.total, order.amountMinor) },
    { label: t("detail.kept"), value: words.amount(order, order.captured, order.currency === null ? null : order.capturedMinor) },
    ...(back ? [{ label: t("detail.back"), value: words.amount(order, order.refunded, order.currency === null ? null : order.refundedMinor) }] : []),
    { label: t("detail.receipt"), value: order.receiptNumber },
    { label: t("detail.machine"), value: <TextLink href={`${admin ? "/admin" : ""}/machines/${order.machineId}`}>{order.machineName}</TextLink> },
    ...(admin
      ? [
          { label: t("detail.organization"), value: <TextLink href={`/admin/customers/${admin.organizationId}`}>{admin.organizationName}</TextLink> },
          { label: t("detail.buyer"), value: admin.buyer ? admin.buyer.name : t("detail.guest") },
          { label: t("detail.reference"), value: admin.paymentRef && <CopyText value={admin.paymentRef} label={t("detail.reference")} /> },
        ]
      : []),
    { label: t("detail.ordered"), value: <ExactTime at={order.createdAt} /> },
    { label: t("detail.paid"), value: order.paidAt && <ExactTime at={order.paidAt} /> },
    { label: t("detail.ended"), value: order.endedAt && <ExactTime at={order.endedAt} /> },
    { label: t("detail.id"), value: <CopyText value={order.id} label={t("detail.id")} /> },
  ];
  return (
    <div className={classes.details}>
      {order.disputed && <Notice tone="bad" title={t("detail.disputed")} />}
      <ul className={classes.lines} aria-label={t("detail.pieces")}>
        {order.lines.map((line) => (
          <Line key={line.id} line={line} price={words.amount(order, line.price, line.priceMinor)} />
        ))}
      </ul>
      {actions}
      <KeyValue items={items} />
    </div>
  );
}

function Line({ line, price }: { line: OrderLine; price: string }) {
  const t = useTranslations("orders");
  const words = useOrderWords();
  const late = line.state === "failed" ? line.command?.late : null;
  return (
    <li className={classes.line}>
      <span className={classes.name}>{line.name}</span>
      <span className={classes.end}>
        <LineStateChip state={line.state} />
      </span>
      <span className={classes.below}>
        {t("detail.slot", { slot: line.slot })}
        {line.code !== null && <> · {words.code(line.code)}</>}
      </span>
      <span className={`${classes.below} ${classes.end} ${classes.amount}`}>{price}</span>
      {late && <span className={classes.late}>{t("detail.late", { phase: late.phase === "done" ? t("line.dispensed") : t("line.failed") })}</span>}
    </li>
  );
}
