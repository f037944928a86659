import { z } from "zod";
import type { Tx } from "#server/infra/events.ts";
import { AppError } from "#shared/errors.ts";
import { requireBackupQuota } from "../catalog/quota.ts";
import { DriverError } from "../drivers/errors.ts";
import type { OperationDefinition, StepContext, StepOutput } from "../operation-definition.ts";
import { checked, taken } from "../power-steps.ts";
import { lockVm } from "../repository.ts";
import { onHost } from "../vm-host.ts";
import { changeBackup, insertBackup, removeBackup } from "./backup-repository.ts";

/** A large disk over a slow line. */
const TAKE_TIMEOUT_MS = 12 * 60 * 60_000;
const REMOVE_TIMEOUT_MS = 30 * 60_000;

/** What stands for a removal that its host was not there for. */
export const LEFT_THERE = { left: true };

/** The id is the hypervisor's name of it; the customer's name is a label of ours alone. */
const input = z.object({ backupId: z.string(), name: z.string(), automatic: z.boolean() });
type Input = z.infer<typeof input>;

/** Copies a VM's disks; the VM goes on as it was. Called off, the hypervisor's task is ended and nothing is left of the copy. */
export const vmBackup: OperationDefinition<Input> = {
  kind: "vm.backup",
  input,
  cancellable: true,
  long: true,
  async request(tx, { subjectId, input: asked, at }) {
    await announceBackup(tx, subjectId, { ...asked, at });
    return asked;
  },
  steps: [
    taken,
    {
      name: "backup",
      weight: 90,
      run: (ctx) => takeOnHost(ctx, ctx.operation.input.backupId),
      commit: (tx, ctx, output) => markTaken(tx, ctx, ctx.operation.input.backupId, output),
      compensate: (ctx) => removeFromHost(ctx, ctx.operation.input.backupId),
      commitCompensation: (tx, ctx, output) => forget(tx, ctx.operation.input.backupId, output),
      givenUp: LEFT_THERE,
    },
    checked,
  ],
};

/** The row is there from the request on: the customer sees it come, and it counts. @throws AppError FORBIDDEN (quota), INVALID_STATE */
export async function announceBackup(tx: Tx, vmId: string, backup: Input & { at: Date }): Promise<void> {
  const { organizationId, hostId, imageId, storageGb, status } = await lockVm(tx, vmId);
  if (hostId === null) throw new AppError("INVALID_STATE", "This VM is on no host.", { state: status });
  await requireBackupQuota(tx, organizationId);
  const { backupId: id, name, automatic, at: createdAt } = backup;
  await insertBackup(tx, { id, organizationId, vmId, hostId, imageId, storageGb, name, automatic, status: "creating", createdAt });
}

/** @returns what is known of it, for `markTaken` */
export async function takeOnHost(ctx: StepContext<unknown>, backupId: string): Promise<{ sizeMb: number | null }> {
  const { sizeMb } = await onHost(ctx, TAKE_TIMEOUT_MS, (driver, vm, call) => driver.takeBackup(vm.hypervisorRef, backupId, call));
  return { sizeMb };
}

export function markTaken(tx: Tx, ctx: StepContext<unknown>, backupId: string, output: StepOutput): Promise<void> {
  const { sizeMb } = output as Awaited<ReturnType<typeof takeOnHost>>;
  return changeBackup(tx, backupId, { status: "ready", readyAt: ctx.rt.clock.now(), sizeMb });
}

/** Also one that is still being taken, one that never was, and of a VM that is gone. */
export async function removeFromHost(ctx: StepContext<unknown>, backupId: string): Promise<void> {
  try {
    await onHost(ctx, REMOVE_TIMEOUT_MS, (driver, _vm, call) => driver.deleteBackup(backupId, call));
  } catch (error) {
    if (error instanceof DriverError && error.failure === "not_found") return;
    throw error;
  }
}

/** What may be left on a host that was given up stays in the list as one that is being deleted: that is tried again when the host is back. */
export function forget(tx: Tx, backupId: string, output: StepOutput): Promise<void> {
  return output === LEFT_THERE ? changeBackup(tx, backupId, { status: "deleting" }) : removeBackup(tx, backupId);
}
