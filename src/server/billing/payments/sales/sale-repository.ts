import type { Tx } from "#server/infra/events.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import type { InboxKey } from "../inbox-repository.ts";
import { paymentFact } from "../payment-fact.ts";
import type { SaleFact } from "./sale-state.ts";

/** What we ask of a provider about a sale, until it has answered: events of ours in the inbox, which nobody else works on. */
export const SALE_REQUESTS = ["capture.requested", "void.requested", "refund.requested"] as const;
export type SaleRequestType = (typeof SALE_REQUESTS)[number];

/** Events of sales that nobody has worked on yet, the oldest first. */
export async function unprocessedSaleEvents(rt: Pick<Runtime, "db">, limit: number): Promise<InboxKey[]> {
  return rt.db.prisma.paymentEvent.findMany({
    where: { processedAt: null, orderId: { not: null }, type: { notIn: [...SALE_REQUESTS] } },
    orderBy: [{ receivedAt: "asc" }, { eventId: "asc" }],
    select: { provider: true, eventId: true },
    take: limit,
  });
}

/** The order that a payment is for: as another event of it said, also one that is not processed yet. */
export async function orderOfPayment(tx: Tx, provider: string, paymentRef: string): Promise<string | null> {
  const told = await tx.paymentEvent.findFirst({ where: { provider, paymentRef, orderId: { not: null } }, select: { orderId: true } });
  return told?.orderId ?? null;
}

/** Leaves an event that named a payment alone to whoever works on sales. */
export async function giveToSale(tx: Tx, key: InboxKey, orderId: string): Promise<void> {
  await tx.paymentEvent.update({ where: { provider_eventId: key }, data: { orderId }, select: { eventId: true } });
}

export interface KnownSaleFact extends SaleFact {
  paymentRef: string | null;
  at: Date;
}

/** Everything that is known of the payment of an order, whether it named the order or the payment alone. */
export async function saleFacts(tx: Tx, sale: { orderId: string; provider: string }): Promise<KnownSaleFact[]> {
  const { orderId, provider } = sale;
  const named = await tx.paymentEvent.findMany({ where: { provider, orderId }, select: { paymentRef: true } });
  const refs = [...new Set(named.map((row) => row.paymentRef))].filter((ref) => ref !== null);
  const rows = await tx.paymentEvent.findMany({
    where: { provider, OR: [{ orderId }, { orderId: null, topUpId: null, paymentRef: { in: refs } }] },
    select: { type: true, payload: true, paymentRef: true, occurredAt: true, processedAt: true },
    orderBy: [{ occurredAt: "asc" }, { eventId: "asc" }],
  });
  return rows.map((row) => ({
    fact: paymentFact.parse(row.payload),
    paymentRef: row.paymentRef,
    at: row.occurredAt,
    waiting: row.processedAt === null && (SALE_REQUESTS as readonly string[]).includes(row.type),
  }));
}

export interface WaitingSaleRequest {
  eventId: string;
  type: SaleRequestType;
  orderId: string;
  paymentRef: string;
  /** of a refund: its key */
  key: string | null;
  amountMinor: number;
  currency: string;
}

/** What was asked about sales and has no answer of the provider's. @param orderId of this one alone */
export async function waitingSaleRequests(rt: Pick<Runtime, "db">, provider: string, orderId?: string): Promise<WaitingSaleRequest[]> {
  const rows = await rt.db.prisma.paymentEvent.findMany({
    where: { provider, type: { in: [...SALE_REQUESTS] }, processedAt: null, orderId: orderId ?? { not: null } },
    orderBy: { receivedAt: "asc" },
    take: 100,
  });
  return rows.flatMap((row) => {
    const { partRef, amountMinor, currency } = paymentFact.parse(row.payload);
    if (row.orderId === null || row.paymentRef === null) return [];
    // The query takes these types alone.
    return [{ eventId: row.eventId, type: row.type as SaleRequestType, orderId: row.orderId, paymentRef: row.paymentRef, key: partRef, amountMinor: amountMinor ?? 0, currency: currency ?? "" }];
  });
}

/** Whether what was asked has its answer; locked until the transaction ends. */
export async function lockRequest(tx: Tx, key: InboxKey): Promise<boolean> {
  const rows = await tx.$queryRawUnsafe<{ open: boolean }[]>("select processed_at is null as open from payment_event where provider = $1 and event_id = $2 for update", key.provider, key.eventId);
  return rows[0]?.open ?? false;
}
