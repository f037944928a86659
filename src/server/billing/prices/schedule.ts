import { AppError } from "#shared/errors.ts";
import { newId } from "#shared/ids.ts";
import type { Tx } from "#server/infra/events.ts";
import type { Prisma } from "#server/infra/prisma/client.ts";
import { deleteVersions, insertPrices, lockVersions, type PriceSubject } from "./price-repository.ts";
import { type VersionView, versionView } from "./versions.ts";

/** What is under way when a price begins, and computers' clocks that differ, must not find it withdrawn. */
const WITHDRAW_MARGIN_MS = 10_000;

export interface NewPrice {
  subject: PriceSubject;
  /** micro-credits an hour */
  compute: bigint;
  storage: bigint;
  policy: Prisma.InputJsonObject;
  effectiveFrom: Date;
  appliesTo: "new" | "all";
  createdById: string | null;
  at: Date;
}

/**
 * Adds a version of both components' prices. Whoever calls says who may, and keeps others from doing so at the same time.
 * @throws AppError INVALID_REQUEST (it would have begun before now), CONFLICT (one begins at that instant)
 */
export async function addPrices(tx: Tx, price: NewPrice): Promise<void> {
  const { subject, policy, effectiveFrom, appliesTo, createdById, at } = price;
  requireFuture(effectiveFrom, at);
  const common = { subjectType: subject.type, subjectId: subject.id, policy, effectiveFrom, appliesTo, createdById, createdAt: at };
  const added = await insertPrices(tx, [
    { ...common, id: newId("price"), component: "compute", pricePerHour: price.compute },
    { ...common, id: newId("price"), component: "storage", pricePerHour: price.storage },
  ]);
  if (!added) throw refused("CONFLICT", "is the beginning of another price of this already");
}

/** @throws AppError INVALID_REQUEST: what was charged never changes */
export function requireFuture(effectiveFrom: Date, now: Date): void {
  if (effectiveFrom < now) throw refused("INVALID_REQUEST", "must not be in the past: what was charged never changes");
}

/**
 * Takes back a price that has not begun. @returns what it was
 * @throws AppError NOT_FOUND, CONFLICT (it has begun, or is about to)
 */
export async function withdrawPrices(tx: Tx, subjectId: string, effectiveFrom: Date, now: () => Date): Promise<VersionView | null> {
  const versions = await lockVersions(tx, subjectId, effectiveFrom);
  if (versions.length === 0) throw new AppError("NOT_FOUND", "There is no price that begins then.");
  const at = now();
  if (effectiveFrom.getTime() - at.getTime() < WITHDRAW_MARGIN_MS) throw refused("CONFLICT", "is now or past: this price is kept");
  await deleteVersions(tx, subjectId, effectiveFrom, at);
  return versionView(versions);
}

function refused(code: "INVALID_REQUEST" | "CONFLICT", message: string): AppError {
  return new AppError(code, `effectiveFrom ${message}.`, { details: [{ field: "effectiveFrom", message }] });
}
