import type { z } from "zod";
import { formatCredits } from "#shared/credits.ts";
import { notFound } from "#shared/errors.ts";
import type { fileOutput } from "#shared/billing/documents.ts";
import { moneyText } from "#server/billing/documents/amounts.ts";
import { day, issuerBlock } from "#server/billing/documents/parties.ts";
import { openPaper } from "#server/billing/documents/pdf.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { soldLines } from "./end-money.ts";
import { type OrderAccess, orderOfGuest } from "./guest-orders.ts";
import type { OrderRow } from "./order-repository.ts";
import { RECEIPT_WORDS } from "./receipt-words.ts";

/**
 * The receipt of what came out and was paid, on paper. Somebody who bought as a guest has no name on it.
 * @throws AppError NOT_FOUND, also while nothing was taken
 */
export async function getOrderReceipt(rt: Runtime, access: OrderAccess & { language: "en" | "ko" }): Promise<z.output<typeof fileOutput>> {
  const order = await orderOfGuest(rt, access);
  const { receiptNumber, paidAt } = order;
  if (receiptNumber === null || paidAt === null) throw notFound("receipt");
  const bytes = await paperOf(rt, order, { number: receiptNumber, paidAt, language: access.language });
  return { fileName: `receipt-${receiptNumber}.pdf`, contentType: "application/pdf", base64: Buffer.from(bytes).toString("base64") };
}

async function paperOf(rt: Runtime, order: OrderRow, { number, paidAt, language }: { number: string; paidAt: Date; language: "en" | "ko" }): Promise<Uint8Array> {
  const words = RECEIPT_WORDS[language];
  const { currency } = order;
  const paidOn = words.paidOn(day(paidAt.toISOString()));
  const text = (credits: bigint, minor: number): string => (currency === null ? words.credits(formatCredits(credits)) : moneyText(minor, currency, language));
  const paper = openPaper({ title: `${words.title} ${number}`, author: rt.config.issuer.name, at: paidAt, language, foot: (page, pages) => `${words.title} ${number} · ${words.page(page, pages)}` });
  paper.title(words.title, paidOn);
  paper.facts([issuerBlock(rt.config.issuer, language), { title: words.machine, lines: [order.machine.name] }, { title: number, lines: [paidOn, words.order(order.id)] }]);
  const back = order.payment === "credits" ? order.refunded > 0n : order.refundedMinor > 0;
  paper.table(
    [{ title: words.item, share: 0.6 }, { title: words.slot, share: 0.15 }, { title: words.amount, share: 0.25, right: true }],
    [
      ...soldLines(order).map((line) => ({ cells: [line.name, line.slot, text(line.price, line.priceMinor ?? 0)] })),
      { cells: [words.total, "", text(order.captured, order.capturedMinor)], strong: true },
      ...(back
        ? [
            { cells: [words.refunded, "", text(-order.refunded, -order.refundedMinor)] },
            { cells: [words.kept, "", text(order.captured - order.refunded, order.capturedMinor - order.refundedMinor)], strong: true },
          ]
        : []),
    ],
  );
  const missing = order.lines.filter((line) => line.state !== "dispensed").map((line) => line.name);
  if (missing.length > 0) paper.note(words.missing(missing.join(", ")));
  paper.note(order.payment === "credits" ? words.byCredits : words.byCard(order.provider === "test" ? words.test : "Stripe", order.paymentRef ?? order.id));
  return paper.end();
}
