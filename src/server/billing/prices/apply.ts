import { newId } from "#shared/ids.ts";
import type { Tx } from "#server/infra/events.ts";
import type { Prisma } from "#server/infra/prisma/client.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";
import { lockCustomerAccount } from "../account-repository.ts";
import { anyUnapplied, markApplied } from "./price-repository.ts";
import { spanParts } from "./span-parts.ts";
import { type CutSpan, cutSpans, insertCutSpans, organizationsToReprice, outdatedSpans } from "./span-price-repository.ts";

/** Longer than any transaction that read a price before another began for all, and writes a span with it after. */
const SETTLED_MS = 10 * 60_000;

/**
 * Gives an organization's spans the prices for all that have begun by `now`, each from the instant on that it began at, however late this runs: a span is
 * closed there and goes on as another. Metering calls it before it charges, so nothing is ever charged at a price that was over. The caller holds the
 * lock of the organization's account.
 */
export async function applyDuePrices(tx: Tx, organizationId: string, now: Date): Promise<void> {
  if (await pricesAreDue(tx, now)) await reprice(tx, organizationId, null, now);
}

/** The same for one resource, whose price may have been agreed long ago: before it was made. */
export async function applyPricesTo(tx: Tx, resource: { organizationId: string; id: string }, now: Date): Promise<void> {
  await lockCustomerAccount(tx, resource.organizationId);
  await reprice(tx, resource.organizationId, resource.id, now);
}

/** Applies what has begun to all organizations. An organization that fails is logged, and tried again with the next call. @returns whether none did */
export async function applyPricesEverywhere(rt: Runtime, now: Date): Promise<boolean> {
  let whole = true;
  for (const organizationId of await organizationsToReprice(rt, now)) {
    try {
      await transact(rt, async (tx) => {
        if (await lockCustomerAccount(tx, organizationId)) await reprice(tx, organizationId, null, now);
      });
    } catch (error) {
      whole = false;
      rt.log.error({ err: error, organizationId }, "prices: an organization did not get its new prices");
    }
  }
  return whole;
}

/** Whether a price for all has begun that may not be everywhere yet. */
export function pricesAreDue(db: Tx, now: Date): Promise<boolean> {
  return anyUnapplied(db, now);
}

/** Notes the prices that are everywhere: those that began so long ago that nothing is under way any more which knows an earlier one. */
export async function notePricesApplied(rt: Runtime, now: Date): Promise<number> {
  return transact(rt, (tx) => markApplied(tx, new Date(now.getTime() - SETTLED_MS), now));
}

async function reprice(tx: Tx, organizationId: string, resourceId: string | null, now: Date): Promise<void> {
  const { spans, stretches } = await outdatedSpans(tx, organizationId, resourceId, now);
  const of = Map.groupBy(stretches, ({ spanId }) => spanId);
  const cut: CutSpan[] = [];
  const added: Prisma.MeterSpanCreateManyInput[] = [];
  for (const span of spans) {
    const [first, ...rest] = spanParts(span, of.get(span.id) ?? []);
    if (first) cut.push({ ...first, id: span.id });
    // The whole row: what it is about, and whether it was announced that it is not paid for, go on.
    for (const part of rest) added.push({ ...span, ...part, id: newId("meterSpan") });
  }
  if (cut.length > 0) await cutSpans(tx, cut);
  if (added.length > 0) await insertCutSpans(tx, added);
}
