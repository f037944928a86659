import type { Tx } from "#server/infra/events.ts";
import type { PaymentFact } from "../payment-fact.ts";
import { saleFacts } from "./sale-repository.ts";
import { saleState, type SaleState } from "./sale-state.ts";

export interface KnownSale {
  state: SaleState;
  /** the provider's id of the payment; null: nothing was authorised yet */
  paymentRef: string | null;
  /** when it was authorised, as the provider says */
  paidAt: Date | null;
  facts: PaymentFact[];
}

/** What is known of the payment of an order; its row is locked. */
export async function readSale(tx: Tx, sale: { orderId: string; provider: string; amountMinor: number; currency: string }): Promise<KnownSale> {
  const known = await saleFacts(tx, sale);
  const payment = known.find(({ fact, paymentRef }) => paymentRef !== null && (fact.kind === "authorized" || fact.kind === "captured" || fact.kind === "paid"));
  return { state: saleState(sale, known), paymentRef: payment?.paymentRef ?? null, paidAt: payment?.at ?? null, facts: known.map(({ fact }) => fact) };
}
