import type { Tx } from "#server/infra/events.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { paymentFact, type PaymentFact, type ProviderEvent } from "./payment-fact.ts";

/** Keeps an event, once. @returns false: it was there already */
export async function insertPaymentEvent(tx: Tx, provider: string, event: ProviderEvent, receivedAt: Date): Promise<boolean> {
  const { count } = await tx.paymentEvent.createMany({
    data: [{ provider, eventId: event.id, type: event.type, topUpId: event.topUpId, orderId: event.orderId, paymentRef: event.paymentRef, payload: event.fact, occurredAt: event.at, receivedAt }],
    skipDuplicates: true,
  });
  return count === 1;
}

/** Of ours, not a provider's: it waits for the provider's answer, not to be processed. */
const REFUND_REQUESTED = "refund.requested";

export interface InboxKey {
  provider: string;
  eventId: string;
}

/** Events that nobody has worked on yet, the oldest first; those of sales are worked on by whoever sells. */
export async function unprocessedEvents(rt: Pick<Runtime, "db">, limit: number): Promise<InboxKey[]> {
  return rt.db.prisma.paymentEvent.findMany({ where: { processedAt: null, orderId: null, type: { not: REFUND_REQUESTED } }, orderBy: [{ receivedAt: "asc" }, { eventId: "asc" }], select: { provider: true, eventId: true }, take: limit });
}

export interface InboxEvent extends InboxKey {
  topUpId: string | null;
  orderId: string | null;
  paymentRef: string | null;
  fact: PaymentFact;
}

/** The event, locked until the transaction ends; null: another has it, or it is processed. */
export async function takeEvent(tx: Tx, key: InboxKey): Promise<InboxEvent | null> {
  const rows = await tx.$queryRawUnsafe<(Omit<InboxEvent, "fact"> & { payload: unknown })[]>(
    `select provider, event_id as "eventId", top_up_id as "topUpId", order_id as "orderId", payment_ref as "paymentRef", payload
      from payment_event where provider = $1 and event_id = $2 and processed_at is null for update skip locked`,
    key.provider, key.eventId,
  );
  const [row] = rows;
  if (!row) return null;
  const { payload, ...rest } = row;
  return { ...rest, fact: paymentFact.parse(payload) };
}

export interface WaitingRefund {
  eventId: string;
  key: string;
  topUpId: string;
  paymentRef: string;
  amountMinor: number;
  currency: string;
}

/** Refunds that were asked for and have no answer of the provider's. */
export async function waitingRefunds(rt: Pick<Runtime, "db">, provider: string, topUpId?: string): Promise<WaitingRefund[]> {
  const rows = await rt.db.prisma.paymentEvent.findMany({
    where: { provider, type: REFUND_REQUESTED, processedAt: null, topUpId: topUpId ?? { not: null } },
    orderBy: { receivedAt: "asc" },
    take: 100,
  });
  return rows.flatMap((row) => {
    const { partRef, amountMinor, currency } = paymentFact.parse(row.payload);
    if (row.topUpId === null || row.paymentRef === null || partRef === null || amountMinor === null || currency === null) return [];
    return [{ eventId: row.eventId, key: partRef, topUpId: row.topUpId, paymentRef: row.paymentRef, amountMinor, currency }];
  });
}

export async function endEvent(tx: Tx, key: InboxKey, outcome: string, at: Date): Promise<void> {
  await tx.paymentEvent.update({ where: { provider_eventId: key }, data: { processedAt: at, outcome }, select: { eventId: true } });
}

/** The top-up that a payment belongs to: as another event of it said, also one that is not processed yet, or as the top-up knows. */
export async function topUpOfPayment(tx: Tx, provider: string, paymentRef: string): Promise<string | null> {
  const told = await tx.paymentEvent.findFirst({ where: { provider, paymentRef, topUpId: { not: null } }, select: { topUpId: true } });
  if (told?.topUpId) return told.topUpId;
  const known = await tx.topUp.findFirst({ where: { provider, paymentRef }, select: { id: true } });
  return known?.id ?? null;
}

export interface KnownFact {
  fact: PaymentFact;
  paymentRef: string | null;
  at: Date;
}

/** Everything that is known of a top-up's payments, whether it named the top-up or the payment alone. */
export async function factsOf(tx: Tx, topUp: { id: string; provider: string; paymentRef: string | null }): Promise<KnownFact[]> {
  const named = await tx.paymentEvent.findMany({ where: { provider: topUp.provider, topUpId: topUp.id }, select: { paymentRef: true } });
  const refs = [...new Set([topUp.paymentRef, ...named.map((row) => row.paymentRef)])].filter((ref) => ref !== null);
  const rows = await tx.paymentEvent.findMany({
    where: { provider: topUp.provider, OR: [{ topUpId: topUp.id }, { topUpId: null, paymentRef: { in: refs } }] },
    select: { payload: true, paymentRef: true, occurredAt: true },
    orderBy: [{ occurredAt: "asc" }, { eventId: "asc" }],
  });
  return rows.map((row) => ({ fact: paymentFact.parse(row.payload), paymentRef: row.paymentRef, at: row.occurredAt }));
}
