import type { Tx } from "#server/infra/events.ts";
import type { TestPayment } from "#server/infra/prisma/client.ts";
import type { Runtime } from "#server/infra/runtime.ts";

/** The test provider's books. */
export type TestPaymentRow = TestPayment;

/** Writes what was asked, once for each key. @returns what stands under the key, and whether it was written now */
export async function insertTestPayment(tx: Tx, payment: Omit<TestPayment, "failure"> & { failure?: string | null }): Promise<{ row: TestPaymentRow; repeated: boolean }> {
  await tx.testPayment.createMany({ data: [payment], skipDuplicates: true });
  const row = await tx.testPayment.findUniqueOrThrow({ where: { requestKey: payment.requestKey } });
  return { row, repeated: row.id !== payment.id };
}

export async function findTestCheckout(rt: Pick<Runtime, "db">, id: string): Promise<TestPaymentRow | null> {
  return rt.db.prisma.testPayment.findFirst({ where: { id, kind: "checkout" } });
}

/** The checkout, locked until the transaction ends. */
export async function lockTestCheckout(tx: Tx, id: string): Promise<TestPaymentRow | null> {
  await tx.$queryRawUnsafe("select id from test_payment where id = $1 for update", id);
  return tx.testPayment.findFirst({ where: { id, kind: "checkout" } });
}

export async function updateTestPayment(tx: Tx, id: string, change: Partial<Pick<TestPayment, "status" | "paymentRef" | "customerRef" | "methodRef" | "failure" | "capturedMinor">>): Promise<void> {
  await tx.testPayment.update({ where: { id }, data: change, select: { id: true } });
}

/** What was paid at a checkout, locked until the transaction ends. */
export async function lockTestPayment(tx: Tx, paymentRef: string): Promise<TestPaymentRow | null> {
  await tx.$queryRawUnsafe("select id from test_payment where payment_ref = $1 and kind = 'checkout' for update", paymentRef);
  return tx.testPayment.findFirst({ where: { paymentRef, kind: "checkout" } });
}

/** What was paid of a payment and what of it was refunded, with the payment locked. */
export async function lockPaidAndRefunded(tx: Tx, paymentRef: string): Promise<{ paid: number; refunded: number }> {
  await tx.$queryRawUnsafe("select id from test_payment where payment_ref = $1 and kind <> 'refund' for update", paymentRef);
  const rows = await tx.testPayment.findMany({ where: { paymentRef, status: "succeeded" }, select: { kind: true, amountMinor: true, capturedMinor: true } });
  const sum = (refunds: boolean) => rows.filter((row) => (row.kind === "refund") === refunds).reduce((total, row) => total + (row.capturedMinor ?? row.amountMinor), 0);
  return { paid: sum(false), refunded: sum(true) };
}

/** Closes the checkouts whose time is over. */
export async function expireTestCheckouts(tx: Tx, now: Date): Promise<TestPaymentRow[]> {
  return tx.testPayment.updateManyAndReturn({ where: { kind: "checkout", status: "open", expiresAt: { lte: now } }, data: { status: "expired" } });
}

export async function insertTestEvent(tx: Tx, event: { id: string; body: string; dueAt: Date; createdAt: Date }): Promise<void> {
  await tx.testPaymentEvent.create({ data: event, select: { id: true } });
}

export interface DueTestEvent {
  id: string;
  body: string;
  attempts: number;
}

/** Takes events that are due, for as long as `leaseUntil`: two workers don't deliver the same one at once. */
export async function takeDueTestEvents(rt: Pick<Runtime, "db">, now: Date, leaseUntil: Date, limit: number): Promise<DueTestEvent[]> {
  return rt.db.query<DueTestEvent>({
    text: `update test_payment_event set due_at = $2, attempts = attempts + 1
      where id in (select id from test_payment_event where due_at <= $1 order by due_at, id limit $3 for update skip locked)
      returning id, body, attempts`,
    values: [now, leaseUntil, limit],
  });
}

/** @param dueAt when to try again; null: not any more */
export async function endTestDelivery(rt: Pick<Runtime, "db">, id: string, end: { dueAt: Date | null; deliveredAt: Date | null }): Promise<void> {
  await rt.db.query({ text: "update test_payment_event set due_at = $2, delivered_at = $3 where id = $1", values: [id, end.dueAt, end.deliveredAt] });
}
