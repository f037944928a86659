import { inAdvance, meterPolicy } from "#shared/billing/policy.ts";
import { AppError, notFound } from "#shared/errors.ts";
import type { Tx } from "#server/infra/events.ts";
import { lockCustomerAccount } from "./account-repository.ts";
import { postHold, voidHold } from "./ledger.ts";
import { firstDue, HOUR_MS } from "./metering-hours.ts";
import { insertPaidUsage } from "./metering-repository.ts";
import { anchorOf, insertSpan } from "./span-repository.ts";
import { type Component, openSpan, type Resource, type SpanPrice, spanOf } from "./spans.ts";
import { systemAccount } from "./system-accounts.ts";

export interface FirstHour {
  /** the hold that the operation made; null when the first hour costs nothing */
  holdId: string | null;
  resource: Resource;
  storagePricePerHour: bigint;
  computePricePerHour: bigint;
  /** the versions of the prices, and how time is counted; absent: the usual hour */
  storage?: Omit<SpanPrice, "pricePerHour">;
  compute?: Omit<SpanPrice, "pricePerHour">;
  /** when the resource became ready: its hours are counted from here */
  at: Date;
}

/** What the first hour costs: the amount to hold before the resource is made. */
export function firstHourPrice(prices: { storagePricePerHour: bigint; computePricePerHour: bigint }): bigint {
  return prices.storagePricePerHour + prices.computePricePerHour;
}

/**
 * Begins metering of a resource that is ready: pays the first hour of what is charged in advance out of the hold, gives the rest of the hold back and opens
 * the spans, so that metering goes on from there. Repeated, it changes nothing.
 * The prices must be those that the hold was made for.
 * @throws AppError CONFLICT when the hold was voided, INVALID_REQUEST when it is less than the price, NOT_FOUND when it is another organization's
 */
export async function postFirstHour(tx: Tx, input: FirstHour): Promise<void> {
  const { resource, holdId, at } = input;
  const account = await lockCustomerAccount(tx, resource.organizationId);
  if (!account) throw new AppError("INTERNAL_ERROR", "The organization has no account.");
  if (await anchorOf(tx, resource.id)) return;
  const components: ({ component: Component } & SpanPrice)[] = [
    { component: "storage", ...input.storage, pricePerHour: input.storagePricePerHour },
    { component: "compute", ...input.compute, pricePerHour: input.computePricePerHour },
  ];
  if (holdId === null) {
    for (const each of components) await openSpan(tx, { resource, at, ...each });
    return;
  }
  const now = components.filter((each) => each.pricePerHour !== 0n && inAdvance(meterPolicy.parse(each.policy ?? {})));
  if (now.length > 0) {
    const transfers = await postHold(tx, {
      holdId,
      kind: "usage",
      to: systemAccount("revenue", account.id),
      parts: now.map(({ component, pricePerHour }) => ({ key: `usage:${resource.id}:${component}:${at.toISOString()}`, amount: pricePerHour, description: `${resource.name}: ${component}` })),
      subject: { type: resource.type, id: resource.id },
      at,
    });
    if (transfers.some((transfer) => transfer.fromAccountId !== account.id)) throw notFound("hold");
    await insertPaidUsage(
      tx,
      now.map(({ component, pricePerHour, priceIds }, index) => ({
        resourceId: resource.id,
        component,
        hourStart: at,
        organizationId: resource.organizationId,
        projectId: resource.projectId,
        resourceType: resource.type,
        resourceName: resource.name,
        pricePerHour,
        priceIds: [...(priceIds ?? [])],
        amount: pricePerHour,
        transferId: transfers[index]?.id ?? "",
        createdAt: at,
      })),
    );
  } else if ((await voidHold(tx, holdId, at)).accountId !== account.id) {
    throw notFound("hold");
  }
  for (const { component, ...price } of components) {
    const span = { policy: meterPolicy.parse(price.policy ?? {}), anchorAt: at, startedAt: at };
    // The first hour of what is charged in advance is paid; what costs nothing now can cost something later, from its next hour on.
    const dueAt = inAdvance(span.policy) ? new Date(at.getTime() + HOUR_MS) : firstDue(span, false);
    await insertSpan(tx, { ...spanOf(resource, component, price, at), startedAt: at, dueAt });
  }
}
