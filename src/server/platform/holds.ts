import type { z } from "zod";
import type { holdListInput, holdListOutput, holdVoidInput, holdVoidOutput } from "#shared/billing/admin.ts";
import { AppError, notFound } from "#shared/errors.ts";
import { pagination } from "#shared/schema.ts";
import { holdById, outstandingHolds, voidHoldByHand } from "#server/billing/holds.ts";
import { subjectsUnderWay } from "#server/compute/totals.ts";
import { ordersToSettle } from "#server/machines/orders/orders.ts";
import type { UserActor } from "#server/identity/actor.ts";
import { namesOfOrganizations } from "#server/identity/directory.ts";
import type { Runtime } from "#server/infra/runtime.ts";

/** Credits that are held, the oldest first, and whether the operation that will resolve them is still under way. */
export async function listHolds(rt: Runtime, input: z.output<typeof holdListInput>): Promise<z.output<typeof holdListOutput>> {
  const { holds, total } = await outstandingHolds(rt, input);
  const [names, underWay] = await Promise.all([
    namesOfOrganizations(rt, [...new Set(holds.map((hold) => hold.organizationId))]),
    underWayOf(rt, holds.flatMap((hold) => hold.subjectId ?? [])),
  ]);
  return {
    data: holds.map((hold) => ({
      ...hold,
      organizationName: names.get(hold.organizationId) ?? "",
      amount: hold.amount.toString(),
      createdAt: hold.createdAt.toISOString(),
      expiresAt: hold.expiresAt?.toISOString() ?? null,
      underWay: hold.subjectId !== null && underWay.has(hold.subjectId),
    })),
    pagination: pagination(input, total),
  };
}

/**
 * Gives back a hold that was left over: its operation is over and will not resolve it.
 * @throws AppError INVALID_STATE while an operation on its subject is under way, NOT_FOUND, CONFLICT when it was posted
 */
export async function voidLeftoverHold(rt: Runtime, actor: UserActor, input: z.output<typeof holdVoidInput>): Promise<z.output<typeof holdVoidOutput>> {
  const hold = await holdById(rt, input.id);
  if (!hold) throw notFound("hold");
  const underWay = hold.subjectId === null ? new Set() : await underWayOf(rt, [hold.subjectId]);
  if (underWay.size > 0) throw new AppError("INVALID_STATE", "An operation on it is under way and will resolve it; wait for its end or cancel it.", { state: "running" });
  const { id, status } = await voidHoldByHand(rt, actor, input);
  return { id, status: status === "expired" ? "expired" : "voided" };
}

/** VMs with an operation that is not over, and orders of machines that are not settled. */
async function underWayOf(rt: Runtime, subjectIds: readonly string[]): Promise<Set<string>> {
  const [operations, orders] = await Promise.all([subjectsUnderWay(rt, subjectIds), ordersToSettle(rt, subjectIds)]);
  return new Set([...operations, ...orders]);
}
