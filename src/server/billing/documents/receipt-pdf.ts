import type { z } from "zod";
import type { receiptOutput } from "#shared/billing/top-ups.ts";
import { formatCredits } from "#shared/credits.ts";
import { moneyText } from "./amounts.ts";
import { day, type Parties, partyBlocks } from "./parties.ts";
import { openPaper } from "./pdf.ts";
import { DOCUMENT_WORDS, type Language } from "./words.ts";

/** The receipt of a top-up on paper. */
export async function receiptPdf(receipt: z.output<typeof receiptOutput>, parties: Parties, language: Language): Promise<Uint8Array> {
  const words = DOCUMENT_WORDS[language];
  const { number, paidAt, amountMinor, refundedMinor, creditPriceMinor } = receipt;
  const { title, paidOn, item, quantity, price, amount, credits, total, refunded, kept, payment, test } = words.receipt;
  const money = (minor: number) => moneyText(minor, receipt.currency, language);
  const paper = openPaper({ title: `${title} ${number}`, author: parties.issuer.name, at: new Date(paidAt), language, foot: (page, pages) => `${title} ${number} · ${words.page(page, pages)}` });
  paper.title(title, paidOn(day(paidAt)));
  paper.facts(partyBlocks(parties, language, [words.number(number), paidOn(day(paidAt))]));
  paper.table(
    [{ title: item, share: 0.4 }, { title: quantity, share: 0.2, right: true }, { title: price, share: 0.2, right: true }, { title: amount, share: 0.2, right: true }],
    [
      { cells: [credits, formatCredits(receipt.credits, 0), creditPriceMinor === null ? "" : money(creditPriceMinor), money(amountMinor)] },
      { cells: [total, "", "", money(amountMinor)], strong: true },
      ...(refundedMinor === 0 ? [] : [{ cells: [refunded, "", "", money(-refundedMinor)] }, { cells: [kept, "", "", money(amountMinor - refundedMinor)], strong: true }]),
    ],
  );
  paper.note(payment(receipt.provider === "test" ? test : "Stripe", receipt.paymentRef ?? receipt.topUpId));
  return paper.end();
}
