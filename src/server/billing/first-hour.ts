import { AppError, notFound } from "#shared/errors.ts";
import type { Tx } from "#server/infra/events.ts";
import { lockCustomerAccount } from "./account-repository.ts";
import { postHold } from "./ledger.ts";
import { HOUR_MS } from "./metering-hours.ts";
import { anchorOf, insertPaidUsage, insertSpan } from "./metering-repository.ts";
import { type Component, openSpan, type Resource, spanOf } from "./spans.ts";
import { systemAccount } from "./system-accounts.ts";

export interface FirstHour {
  /** the hold that the operation made; null when the first hour costs nothing */
  holdId: string | null;
  resource: Resource;
  storagePricePerHour: bigint;
  computePricePerHour: bigint;
  /** when the resource became ready: its hours are counted from here */
  at: Date;
}

/** What the first hour costs: the amount to hold before the resource is made. */
export function firstHourPrice(prices: { storagePricePerHour: bigint; computePricePerHour: bigint }): bigint {
  return prices.storagePricePerHour + prices.computePricePerHour;
}

/**
 * Begins metering of a resource that is ready: pays the first hour of both components out of the hold, gives the rest of the hold back and opens
 * the spans, so that metering goes on with the second hour. Repeated, it changes nothing.
 * The prices must be those that the hold was made for.
 * @throws AppError CONFLICT when the hold was voided, INVALID_REQUEST when it is less than the price, NOT_FOUND when it is another organization's
 */
export async function postFirstHour(tx: Tx, input: FirstHour): Promise<void> {
  const { resource, holdId, at } = input;
  const account = await lockCustomerAccount(tx, resource.organizationId);
  if (!account) throw new AppError("INTERNAL_ERROR", "The organization has no account.");
  if (await anchorOf(tx, resource.id)) return;
  const components: { component: Component; price: bigint }[] = [
    { component: "storage", price: input.storagePricePerHour },
    { component: "compute", price: input.computePricePerHour },
  ];
  if (holdId === null) {
    for (const { component, price } of components) await openSpan(tx, { resource, component, pricePerHour: price, at });
    return;
  }
  const priced = components.filter(({ price }) => price !== 0n);
  const transfers = await postHold(tx, {
    holdId,
    kind: "usage",
    to: systemAccount("revenue", account.id),
    parts: priced.map(({ component, price }) => ({ key: `usage:${resource.id}:${component}:${at.toISOString()}`, amount: price, description: `${resource.name}: ${component}` })),
    subject: { type: resource.type, id: resource.id },
    at,
  });
  if (transfers.some((transfer) => transfer.fromAccountId !== account.id)) throw notFound("hold");
  await insertPaidUsage(
    tx,
    priced.map(({ component, price }, index) => ({
      resourceId: resource.id,
      component,
      hourStart: at,
      organizationId: resource.organizationId,
      projectId: resource.projectId,
      resourceType: resource.type,
      resourceName: resource.name,
      amount: price,
      transferId: transfers[index]?.id ?? "",
      createdAt: at,
    })),
  );
  const dueAt = new Date(at.getTime() + HOUR_MS);
  for (const { component, price } of components) await insertSpan(tx, { ...spanOf(resource, component, price, at), startedAt: at, dueAt });
}
