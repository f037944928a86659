import { z } from "zod";
import { AppError } from "#shared/errors.ts";
import { randomToken } from "#server/infra/crypto.ts";
import type { Tx } from "#server/infra/events.ts";
import { paymentFact, type PaymentFact, type ProviderEvent } from "../payment-fact.ts";
import { insertTestEvent } from "./test-provider-repository.ts";

/** What the test provider's webhook says. */
const testEvent = z.object({
  id: z.string().regex(/^evt_test_[\w-]{8,40}$/),
  type: z.string().max(64),
  at: z.iso.datetime(),
  topUpId: z.string().max(64).nullable(),
  orderId: z.string().max(64).nullable().default(null),
  paymentRef: z.string().max(64).nullable(),
  fact: paymentFact,
});

/** Writes an event with the change that it tells of; the delivery loop sends it. @param event.dueAt when to send it first */
export async function tellOf(tx: Tx, event: { topUpId: string | null; orderId?: string | null; paymentRef: string | null; fact: PaymentFact; at: Date; dueAt?: Date }): Promise<void> {
  const id = `evt_test_${randomToken(16)}`;
  const { at, dueAt = at, ...about } = event;
  const body = JSON.stringify({ id, type: `payment.${event.fact.kind}`, at: at.toISOString(), ...about });
  await insertTestEvent(tx, { id, body, dueAt, createdAt: at });
}

/** @throws AppError INVALID_REQUEST */
export function parseTestEvent(body: string): ProviderEvent {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    throw new AppError("INVALID_REQUEST", "The body is not valid JSON.");
  }
  const parsed = testEvent.safeParse(value);
  if (!parsed.success) throw new AppError("INVALID_REQUEST", "This is no event of the test provider's.");
  return { ...parsed.data, at: new Date(parsed.data.at) };
}
