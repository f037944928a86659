import { z } from "zod";
import { requireCreditsFor } from "#server/billing/credits.ts";
import { closeSpan, openSpan } from "#server/billing/spans.ts";
import type { Tx } from "#server/infra/events.ts";
import { AppError } from "#shared/errors.ts";
import { requireQuota } from "../catalog/quota.ts";
import { DriverError } from "../drivers/errors.ts";
import type { OperationDefinition, OperationRequest, StepContext } from "../operation-definition.ts";
import { hasRoom } from "../placement.ts";
import { lockHost } from "../placement-repository.ts";
import { taken } from "../power-steps.ts";
import { lockVm } from "../repository.ts";
import { countSnapshots } from "../snapshots/snapshot-repository.ts";
import { type RealState, settleAsReal } from "../vm-guest-steps.ts";
import { onHost } from "../vm-host.ts";
import { vmPrices } from "../vm-prices.ts";
import { resourceOf, settleVm } from "../vm-status.ts";
import { agreePrices, resizeVmRow } from "./change-repository.ts";

/** Growing a large disk on slow storage. */
const RESIZE_TIMEOUT_MS = 10 * 60_000;

const input = z.object({
  /** of the bundle, for whoever reads the operation */
  upgrade: z.string(),
  vcpu: z.number().int(),
  memoryMb: z.number().int(),
  storageGb: z.number().int(),
  /** the versions of its price when it was asked for */
  priceIds: z.array(z.string()),
  /** micro-credits an hour that they add */
  computePrice: z.string(),
  storagePrice: z.string(),
});
type Input = z.infer<typeof input>;

/** Makes a stopped VM larger by a bundle of the catalog. It costs more from the moment that it is larger. */
export const vmUpgrade: OperationDefinition<Input> = {
  kind: "vm.upgrade",
  input,
  cancellable: false,
  request: reserve,
  steps: [
    {
      ...taken,
      async commitCompensation(tx, ctx, output) {
        const seen = output as RealState;
        const vm = await lockVm(tx, ctx.operation.subjectId);
        const before = less(vm, ctx.operation.input);
        // A disk never becomes smaller again: what it has grown to stays, at the old price.
        await resizeVmRow(tx, vm.id, { ...before, ...(seen.size && { ...seen.size, storageGb: Math.max(before.storageGb, seen.size.storageGb ?? 0) }) });
        await settleAsReal(tx, ctx, seen, { deleting: false });
      },
    },
    {
      name: "resize",
      weight: 95,
      run: (ctx) => onHost(ctx, RESIZE_TIMEOUT_MS, (driver, vm, call) => driver.resize(vm.hypervisorRef, { vcpu: vm.vcpu, memoryMb: vm.memoryMb, storageGb: vm.storageGb }, call)),
      async commit(tx, ctx) {
        const at = ctx.rt.clock.now();
        await agreePrices(tx, ctx.operation.subjectId, ctx.operation.input.priceIds);
        const vm = await lockVm(tx, ctx.operation.subjectId);
        await closeSpan(tx, { resourceId: vm.id, component: "storage", at });
        await openSpan(tx, { resource: resourceOf(vm), component: "storage", ...(await vmPrices(tx, vm, at)).storage, at });
        await settleVm(tx, vm, { status: "stopped", reason: null, at });
      },
      compensate: makeSmaller,
    },
  ],
};

/** The larger size counts from the request on, so that nobody else takes the room. */
async function reserve(tx: Tx, { subjectId, organizationId, input: more }: OperationRequest<Input>): Promise<Input> {
  const vm = await lockVm(tx, subjectId);
  if ((await countSnapshots(tx, vm.id)) > 0) {
    throw new AppError("INVALID_STATE", "Delete the VM's snapshots first: each of them keeps the size that it was taken at.", { state: "stopped", reason: "snapshots" });
  }
  await requireQuota(tx, organizationId, more);
  const host = vm.hostId === null ? null : await lockHost(tx, vm.hostId, vm.storage);
  if (!host || !hasRoom(host, more)) throw new AppError("SERVICE_UNAVAILABLE", "There is no room for this upgrade on the VM's host right now.", { retryAfter: 300 });
  // What it will cost an hour when it runs: who cannot pay that would have bought a VM that cannot be started.
  await requireCreditsFor(tx, { organizationId, needed: vm.computePricePerHour + vm.storagePricePerHour + BigInt(more.computePrice) + BigInt(more.storagePrice) });
  await resizeVmRow(tx, vm.id, { vcpu: vm.vcpu + more.vcpu, memoryMb: vm.memoryMb + more.memoryMb, storageGb: vm.storageGb + more.storageGb });
  return more;
}

/** Takes CPU and memory back, as far as that is possible; the step that is undone next looks at what came of it. */
async function makeSmaller(ctx: StepContext<Input>): Promise<void> {
  try {
    await onHost(ctx, RESIZE_TIMEOUT_MS, async (driver, vm, call) => {
      const seen = await driver.inspect(vm.hypervisorRef, call);
      if (!seen) return;
      const before = less(vm, ctx.operation.input);
      await driver.resize(vm.hypervisorRef, { ...before, storageGb: Math.max(before.storageGb, seen.storageGb ?? vm.storageGb) }, call);
    });
  } catch (error) {
    if (error instanceof DriverError && (error.failure === "refused" || error.failure === "not_found")) return;
    throw error;
  }
}

function less(vm: { vcpu: number; memoryMb: number; storageGb: number }, more: Input): { vcpu: number; memoryMb: number; storageGb: number } {
  return { vcpu: vm.vcpu - more.vcpu, memoryMb: vm.memoryMb - more.memoryMb, storageGb: vm.storageGb - more.storageGb };
}
