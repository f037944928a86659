import type { z } from "zod";
import type { orderOutput } from "#shared/machines/storefront.ts";
import type { OrderRow } from "./order-repository.ts";

export type OrderOutput = z.output<typeof orderOutput>;

/** An order as its buyer sees it. */
export function toOrderOutput(row: OrderRow, now: Date): OrderOutput {
  const { id, currency, amountMinor, capturedMinor, refundedMinor, failure, receiptNumber } = row;
  const payable = row.status === "created" && row.expiresAt > now;
  return {
    id,
    currency,
    amountMinor,
    capturedMinor,
    refundedMinor,
    failure,
    receiptNumber,
    slug: row.machine.slug,
    machineName: row.machine.name,
    // What is written has these states alone.
    status: row.status as OrderOutput["status"],
    payment: row.payment as OrderOutput["payment"],
    paymentState: row.paymentState as OrderOutput["paymentState"],
    total: row.total.toString(),
    captured: row.captured.toString(),
    refunded: row.refunded.toString(),
    checkoutUrl: payable ? row.checkoutUrl : null,
    lines: row.lines.map((line) => ({
      id: line.id,
      slot: line.slot,
      name: line.name,
      price: line.price.toString(),
      priceMinor: line.priceMinor,
      state: line.state as OrderOutput["lines"][number]["state"],
      code: line.code,
    })),
    expiresAt: row.expiresAt.toISOString(),
    createdAt: row.createdAt.toISOString(),
    paidAt: row.paidAt?.toISOString() ?? null,
    endedAt: row.endedAt?.toISOString() ?? null,
  };
}
