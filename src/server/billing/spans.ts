import { AppError } from "#shared/errors.ts";
import { newId } from "#shared/ids.ts";
import type { Tx } from "#server/infra/events.ts";
import { lockCustomerAccount } from "./account-repository.ts";
import { hourStart } from "./metering-hours.ts";
import { anchorOf, endSpans, insertSpan, renameOpenSpans } from "./metering-repository.ts";

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

/**
 * Records that a component is on from `at`, in the transaction that makes it so. The hour it begins in is charged at the next run of metering, unless it
 * was charged already. Nothing happens while it is on already. A resource's first span sets the anchor of its hours.
 * @param input.pricePerHour micro-credits; a change of price is `closeSpan` and `openSpan`, and holds from the next hour on
 */
export async function openSpan(tx: Tx, input: { resource: Resource; component: Component; pricePerHour: bigint; at: Date }): Promise<void> {
  const { resource, component, pricePerHour, at } = input;
  await lockCustomerAccount(tx, resource.organizationId);
  const anchorAt = (await anchorOf(tx, resource.id))?.anchorAt ?? at;
  await insertSpan(tx, {
    ...spanOf(resource, component, pricePerHour, anchorAt),
    // The clock can have been set back.
    startedAt: at < anchorAt ? anchorAt : at,
    dueAt: hourStart(anchorAt, at),
  });
}

/** Records that a component is off from `at`; nothing happens when it is off already. */
export async function closeSpan(tx: Tx, input: { resourceId: string; component: Component; at: Date }): Promise<void> {
  await endUnderLock(tx, input.resourceId, input.component, input.at);
}

/** Records that the resource is gone from `at`. */
export async function closeAllSpans(tx: Tx, resourceId: string, at: Date): Promise<void> {
  await endUnderLock(tx, resourceId, null, at);
}

/** What is charged from now on stands under this name; what was charged keeps the one it had. */
export async function renameResource(tx: Tx, resourceId: string, name: string): Promise<void> {
  const known = await anchorOf(tx, resourceId);
  if (!known) return;
  await lockCustomerAccount(tx, known.organizationId);
  await renameOpenSpans(tx, resourceId, name);
}

async function endUnderLock(tx: Tx, resourceId: string, component: Component | null, at: Date): Promise<void> {
  const known = await anchorOf(tx, resourceId);
  if (!known) return;
  await lockCustomerAccount(tx, known.organizationId);
  await endSpans(tx, resourceId, component, at);
}

/** The fields of a new span that don't depend on when it begins. */
export function spanOf(resource: Resource, component: Component, pricePerHour: bigint, anchorAt: Date) {
  if (pricePerHour < 0n) throw new AppError("INVALID_REQUEST", "A price cannot be below zero.");
  return {
    id: newId("meterSpan"),
    organizationId: resource.organizationId,
    projectId: resource.projectId,
    resourceType: resource.type,
    resourceId: resource.id,
    resourceName: resource.name,
    component,
    pricePerHour,
    anchorAt,
  };
}
