import { inAdvance, meterPolicy } from "#shared/billing/policy.ts";
import { newId } from "#shared/ids.ts";
import type { Tx } from "#server/infra/events.ts";
import type { MeterSpan } from "#server/infra/prisma/client.ts";
import { HOUR_MS, hourStart, type MeteredSpan } from "./metering-hours.ts";
import { policyOf } from "./metering-repository.ts";
import { goneAt, insertSpan, spansAfter, updateSpan } from "./span-repository.ts";
import { type Component, lockOwner, type SpanPrice } from "./spans.ts";

/**
 * Changes what a component costs from an instant on, which may be long past: each span that was on then is closed and opened again at the new price in that
 * instant, and those that began later get it too. The hour that the instant is in keeps the price it began with; hours recorded already keep what they were
 * charged at, so apply a change before metering goes past it. Repeated it changes nothing. Several changes are applied oldest first.
 */
export async function repriceSpan(tx: Tx, input: { resourceId: string; component: Component; at: Date } & Required<SpanPrice>): Promise<void> {
  const { resourceId, component, at } = input;
  if (!(await lockOwner(tx, resourceId))) return;
  const price = { pricePerHour: input.pricePerHour, priceIds: [...input.priceIds], policy: { ...input.policy } };
  const policy = meterPolicy.parse(input.policy);
  const gone = await goneAt(tx, resourceId);
  for (const row of await spansAfter(tx, { resourceId, component }, at)) {
    const span: MeteredSpan = { ...row, policy: policyOf(row.policy), goneAt: gone };
    const next = unrecorded(span);
    if (row.startedAt >= at) {
      await updateSpan(tx, row.id, { ...price, ...(next && { dueAt: dueOf({ ...span, policy }, next) }) });
    } else if (next) {
      await split(tx, row, { ...span, policy }, next, at, price);
    }
  }
}

async function split(tx: Tx, row: MeterSpan, span: MeteredSpan, next: Date, at: Date, price: { pricePerHour: bigint; priceIds: string[]; policy: object }): Promise<void> {
  const hour = hourStart(span.anchorAt, at);
  const first = hour.getTime() === at.getTime() ? hour : new Date(hour.getTime() + HOUR_MS);
  const later = next > first ? next : first;
  await updateSpan(tx, row.id, { endedAt: at, dueAt: next < first ? row.dueAt : null });
  // The whole row: what it is about, and whether it was announced that it is not paid for, go on.
  await insertSpan(tx, { ...row, ...price, id: newId("meterSpan"), startedAt: at, dueAt: dueOf({ ...span, startedAt: at }, later) });
}

/** The hour that the span records next; null: none is left. */
export function unrecorded(span: MeteredSpan): Date | null {
  return span.dueAt && hourStart(span.anchorAt, inAdvance(span.policy) ? span.dueAt : new Date(span.dueAt.getTime() - 1));
}

/** When this hour of the span falls due; null when it ended before it. */
export function dueOf(span: MeteredSpan, hour: Date): Date | null {
  if (inAdvance(span.policy)) {
    const due = hour > span.startedAt ? hour : span.startedAt;
    return span.endedAt && due > span.endedAt ? null : due;
  }
  if (span.endedAt && hour >= span.endedAt) return null;
  const end = new Date(hour.getTime() + HOUR_MS);
  return span.goneAt && span.goneAt < end ? span.goneAt : end;
}
