import { AppError } from "#shared/errors.ts";
import { requireCreditsFor } from "#server/billing/credits.ts";
import type { Tx } from "#server/infra/events.ts";
import type { Vm } from "#server/infra/prisma/client.ts";

/** What holds wherever a VM is started, by whatever name. @throws AppError INVALID_STATE (expired), INSUFFICIENT_CREDITS */
export async function requireStart(tx: Tx, vm: Vm): Promise<void> {
  refuseExpired(vm);
  await requireCreditsFor(tx, { organizationId: vm.organizationId, needed: vm.computePricePerHour + vm.storagePricePerHour });
}

/** What has expired stays off until it is extended. */
export function refuseExpired(vm: Pick<Vm, "expiryStoppedAt" | "status">): void {
  if (vm.expiryStoppedAt !== null) throw new AppError("INVALID_STATE", "This VM has expired. Extend it first.", { state: vm.status, reason: "expired" });
}
