"use client";

import { useTranslations } from "next-intl";
import { StateChip, type Tone } from "#components/ui/state-chip.tsx";
import type { LineState, OrderStatus, PaymentState } from "#shared/machines/states.ts";
import type { Order } from "./types.ts";
import { useOrderWords } from "./use-order-words.ts";

const STATUS: Record<OrderStatus, Tone> = { created: "warn", paid: "busy", dispensing: "busy", dispensed: "ok", failed: "bad", refunded: "off", expired: "off" };
const PAYMENT: Record<PaymentState, Tone> = { none: "off", authorized: "busy", captured: "ok", voided: "off", refunding: "busy", refunded: "off", refund_failed: "bad" };
const LINE: Record<LineState, Tone> = { reserved: "warn", dispensing: "busy", dispensed: "ok", failed: "bad", unknown: "warn", released: "off" };

export function OrderStateChip({ order }: { order: Pick<Order, "status" | "failure"> }) {
  const t = useTranslations("orders");
  const words = useOrderWords();
  return <StateChip status={order.status} word={t(`status.${order.status}`)} tone={STATUS[order.status]} reason={order.failure === null ? null : words.failure(order.failure)} />;
}

export function PaymentStateChip({ state }: { state: PaymentState }) {
  const t = useTranslations("orders");
  return state === "none" ? <span>{t("payment.none")}</span> : <StateChip status={state} word={t(`payment.${state}`)} tone={PAYMENT[state]} />;
}

export function LineStateChip({ state }: { state: LineState }) {
  const t = useTranslations("orders");
  return <StateChip status={state} word={t(`line.${state}`)} tone={LINE[state]} />;
}
