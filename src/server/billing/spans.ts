import { meterPolicy, type MeterPolicy } from "#shared/billing/policy.ts";
import { AppError } from "#shared/errors.ts";
import { newId } from "#shared/ids.ts";
import type { Tx } from "#server/infra/events.ts";
import { lockCustomerAccount } from "./account-repository.ts";
import { firstDue, hourStart } from "./metering-hours.ts";
import { anchorOf, endAllSpans, endSpan, hourIsTaken, insertSpan, renameOpenSpans } from "./span-repository.ts";

/** `storage` is on while the resource exists, `compute` while it runs. */
export type Component = "storage" | "compute";

export interface Resource {
  organizationId: string;
  projectId: string | null;
  /** vm */
  type: string;
  id: string;
  name: string;
}

/** What a component costs, and how its time is counted. */
export interface SpanPrice {
  /** micro-credits */
  pricePerHour: bigint;
  /** the versions that the price is the sum of */
  priceIds?: readonly string[];
  /** absent: the usual hour */
  policy?: Partial<MeterPolicy>;
}

/**
 * Records that a component is on from `at`, in the transaction that makes it so. The hour it begins in is charged at the next run of metering, unless it
 * was on in that hour before. Nothing happens while it is on already. A resource's first span sets the anchor of its hours.
 */
export async function openSpan(tx: Tx, input: { resource: Resource; component: Component; at: Date } & SpanPrice): Promise<void> {
  const { resource, component, at } = input;
  await lockCustomerAccount(tx, resource.organizationId);
  const anchorAt = (await anchorOf(tx, resource.id))?.anchorAt ?? at;
  // The clock can have been set back.
  const startedAt = at < anchorAt ? anchorAt : at;
  const taken = await hourIsTaken(tx, { resourceId: resource.id, component }, hourStart(anchorAt, startedAt), startedAt);
  const policy = meterPolicy.parse(input.policy ?? {});
  await insertSpan(tx, { ...spanOf(resource, component, input, anchorAt), startedAt, dueAt: firstDue({ policy, anchorAt, startedAt }, taken) });
}

/** Records that a component is off from `at`; nothing happens when it is off already, or when its policy charges it as long as the resource exists. */
export async function closeSpan(tx: Tx, input: { resourceId: string; component: Component; at: Date }): Promise<void> {
  if (await lockOwner(tx, input.resourceId)) await endSpan(tx, input.resourceId, input.component, input.at);
}

/** Records that the resource is gone from `at`. The hour it was in is charged then, also in arrears. */
export async function closeAllSpans(tx: Tx, resourceId: string, at: Date): Promise<void> {
  if (await lockOwner(tx, resourceId)) await endAllSpans(tx, resourceId, at);
}

/** What is charged from now on stands under this name; what was charged keeps the one it had. */
export async function renameResource(tx: Tx, resourceId: string, name: string): Promise<void> {
  if (await lockOwner(tx, resourceId)) await renameOpenSpans(tx, resourceId, name);
}

/** Locks the account that pays for the resource; false when it was never metered. */
export async function lockOwner(tx: Tx, resourceId: string): Promise<boolean> {
  const known = await anchorOf(tx, resourceId);
  if (known) await lockCustomerAccount(tx, known.organizationId);
  return known !== null;
}

/** The fields of a new span that don't depend on when it begins. */
export function spanOf(resource: Resource, component: Component, price: SpanPrice, anchorAt: Date) {
  if (price.pricePerHour < 0n) throw new AppError("INVALID_REQUEST", "A price cannot be below zero.");
  return {
    id: newId("meterSpan"),
    organizationId: resource.organizationId,
    projectId: resource.projectId,
    resourceType: resource.type,
    resourceId: resource.id,
    resourceName: resource.name,
    component,
    pricePerHour: price.pricePerHour,
    priceIds: [...(price.priceIds ?? [])],
    policy: { ...price.policy },
    anchorAt,
  };
}
