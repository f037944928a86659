import { z } from "zod";
import { postFirstHour } from "#server/billing/first-hour.ts";
import { voidHold } from "#server/billing/ledger.ts";
import { applyPricesTo } from "#server/billing/prices/apply.ts";
import { AppError } from "#shared/errors.ts";
import type { OperationDefinition } from "./operation-definition.ts";
import { lockVm, writeAddresses } from "./repository.ts";
import { awaitAddress, startGuest } from "./vm-guest-steps.ts";
import { guestOf, hardwareOf } from "./vm-hardware.ts";
import { onHost } from "./vm-host.ts";
import { vmPrices } from "./vm-prices.ts";
import { resourceOf, settleVm } from "./vm-status.ts";

/** A full clone of a large image on slow storage. */
const CREATE_TIMEOUT_MS = 30 * 60_000;
const CONFIGURE_TIMEOUT_MS = 60_000;
const DESTROY_TIMEOUT_MS = 10 * 60_000;

const input = z.object({
  holdId: z.string().nullable(),
  /** the prices that the hold was made for; none in what was asked for before prices had versions */
  priceIds: z.array(z.string()).default([]),
  /** that the disk is made from; null: from the image */
  backupId: z.string().nullable().default(null),
  /** SHA-512-crypt; erased as soon as the guest has it, or the operation turns back */
  passwordHash: z.string().optional(),
  /** the customer's, for cloud-init; erased with the password's hash: it may hold secrets */
  userData: z.string().optional(),
});

/** Makes a VM that runs and is paid for, or leaves nothing. */
export const vmCreate: OperationDefinition<z.infer<typeof input>> = {
  kind: "vm.create",
  input,
  cancellable: true,
  steps: [
    {
      name: "hold",
      weight: 2,
      withRequest: true,
      // The last to be undone: with it nothing is left, and the VM says so.
      async commitCompensation(tx, ctx) {
        const at = ctx.rt.clock.now();
        const vm = await lockVm(tx, ctx.operation.subjectId);
        if (ctx.operation.input.holdId !== null) await voidHold(tx, ctx.operation.input.holdId, at);
        await settleVm(tx, vm, { status: "rolled_back", reason: ctx.failure?.message ?? null, at });
      },
    },
    // Its place is free again when the VM counts as gone.
    { name: "reserve", weight: 3, withRequest: true },
    {
      name: "create",
      weight: 40,
      run: async (ctx) => {
        const hardware = await hardwareOf(ctx.rt, ctx.operation.subjectId, ctx.operation.input.backupId);
        return onHost(ctx, CREATE_TIMEOUT_MS, (driver, vm, call) => driver.create(vm.hypervisorRef, hardware, call));
      },
      compensate: (ctx) => onHost(ctx, DESTROY_TIMEOUT_MS, (driver, vm, call) => driver.destroy(vm.hypervisorRef, call)),
    },
    {
      name: "configure",
      weight: 10,
      forgets: ["passwordHash", "userData"],
      run: async (ctx) => {
        const { passwordHash, userData } = ctx.operation.input;
        if (passwordHash === undefined) throw new AppError("INTERNAL_ERROR", "The password's hash is gone.");
        const guest = await guestOf(ctx.rt, ctx.operation.subjectId, { passwordHash, userData: userData ?? null });
        return onHost(ctx, CONFIGURE_TIMEOUT_MS, (driver, vm, call) => driver.configure(vm.hypervisorRef, guest, call));
      },
    },
    { name: "start", weight: 15, run: startGuest },
    { name: "address", weight: 25, run: awaitAddress, commit: async (tx, ctx, seen) => writeAddresses(tx, ctx.operation.subjectId, seen as Awaited<ReturnType<typeof awaitAddress>>) },
    {
      name: "charge",
      weight: 5,
      async commit(tx, ctx) {
        const at = ctx.rt.clock.now();
        const { holdId, priceIds } = ctx.operation.input;
        const vm = await lockVm(tx, ctx.operation.subjectId);
        const resource = resourceOf(vm);
        // The first hour costs what was held for it; a price that began for all in the meantime holds from the second on.
        const { compute, storage } = await vmPrices(tx, priceIds.length > 0 ? { ...vm, priceIds } : vm, null);
        await postFirstHour(tx, { holdId, resource, compute, storage, computePricePerHour: compute.pricePerHour, storagePricePerHour: storage.pricePerHour, at });
        await applyPricesTo(tx, resource, at);
        await settleVm(tx, vm, { status: "running", reason: null, at, booted: true });
      },
    },
  ],
};
