import { z } from "zod";
import type { Tx } from "#server/infra/events.ts";
import { AppError, notFound } from "#shared/errors.ts";
import { DriverError } from "../drivers/errors.ts";
import type { OperationDefinition, OperationRequest, StepContext } from "../operation-definition.ts";
import { checked, taken } from "../power-steps.ts";
import { lockVm } from "../repository.ts";
import { removeSnapshotsExcept } from "../snapshots/snapshot-repository.ts";
import { askRealState, awaitAddress, INSPECT_TIMEOUT_MS, type RealState, settleAsReal, startGuest, stopGuest } from "../vm-guest-steps.ts";
import { onHost, placedVm } from "../vm-host.ts";
import { requireStart } from "../vm-start-rules.ts";
import { changeBackup, lockBackup } from "./backup-repository.ts";

const RESTORE_TIMEOUT_MS = 12 * 60 * 60_000;
const LIST_TIMEOUT_MS = 5 * 60_000;
/** Attempts to learn which snapshots are left after a restoration that failed; more than that a silent host is not waited for. */
const ASK_LIMIT = 5;

const input = z.object({ backupId: z.string(), /** it ran when it was asked for, so it is started again */ ran: z.boolean().default(false) });
type Input = z.infer<typeof input>;

/** Puts a VM's disk back to a backup, in place. Until the host has said that it has the backup, nothing is changed. */
export const vmBackupRestore: OperationDefinition<Input> = {
  kind: "vm.backup_restore",
  input,
  cancellable: false,
  long: true,
  request: claim,
  steps: [
    {
      ...taken,
      async commitCompensation(tx, ctx, seen) {
        await changeBackup(tx, ctx.operation.input.backupId, { status: "ready" });
        await settleAsReal(tx, ctx, seen, { deleting: false });
      },
    },
    { name: "find_backup", weight: 5, run: requireOnHost },
    {
      name: "stop",
      weight: 10,
      // What the guest has not written yet is about to be lost anyway.
      run: (ctx) => stopGuest(ctx, { graceful: false, timeoutMs: 0 }),
    },
    {
      name: "restore",
      weight: 60,
      run: (ctx) => onHost(ctx, RESTORE_TIMEOUT_MS, (driver, vm, call) => driver.restoreBackup(vm.hypervisorRef, ctx.operation.input.backupId, call)),
      async commit(tx, ctx) {
        await removeSnapshotsExcept(tx, ctx.operation.subjectId, []);
        await changeBackup(tx, ctx.operation.input.backupId, { status: "ready" });
      },
      compensate: snapshotsLeft,
      async commitCompensation(tx, ctx, output) {
        const { names } = (output ?? { names: null }) as Left;
        if (names !== null) await removeSnapshotsExcept(tx, ctx.operation.subjectId, names);
      },
    },
    { name: "start", weight: 10, onlyIf: ({ ran }) => ran, run: startGuest },
    { ...checked, run: seenAfter, commit: (tx, ctx, seen) => settleAsReal(tx, ctx, seen, { deleting: false, booted: ctx.operation.input.ran }) },
  ],
};

async function claim(tx: Tx, { subjectId, statusBefore, input: asked }: OperationRequest<Input>): Promise<Input> {
  const backup = await lockBackup(tx, asked.backupId);
  if (backup?.vmId !== subjectId) throw notFound("backup");
  if (backup.status !== "ready") throw new AppError("INVALID_STATE", `This backup is ${backup.status}.`, { state: backup.status });
  // Tried again, it is off because the first attempt stopped it.
  const ran = asked.ran || statusBefore === "running";
  if (ran) await requireStart(tx, await lockVm(tx, subjectId));
  await changeBackup(tx, backup.id, { status: "restoring" });
  return { ...asked, ran };
}

/** Asked of the host that the VM is on now: it may have moved since the backup was taken. */
async function requireOnHost(ctx: StepContext<Input>): Promise<void> {
  const { backupId } = ctx.operation.input;
  const all = await onHost(ctx, LIST_TIMEOUT_MS, (driver, _vm, call) => driver.listBackups(call));
  if (all.some((backup) => backup.name === backupId)) return;
  const { host } = await placedVm(ctx);
  throw new DriverError("refused", `${host.name}, where the VM is now, has no such backup: move the VM to the host that has it, or make a new VM from it. Nothing has been changed`);
}

type Left = { names: string[] | null };

/** Which snapshots the VM still has; null: unknown. A restoration that was interrupted may have cost it all of them. */
async function snapshotsLeft(ctx: StepContext<Input>): Promise<Left> {
  try {
    const left = await onHost(ctx, INSPECT_TIMEOUT_MS, (driver, vm, call) => driver.listSnapshots(vm.hypervisorRef, call));
    return { names: left.map((snapshot) => snapshot.name) };
  } catch (error) {
    if (error instanceof DriverError && (!error.retryable || ctx.attempt >= ASK_LIMIT)) return { names: null };
    throw error;
  }
}

async function seenAfter(ctx: StepContext<Input>): Promise<RealState> {
  if (!ctx.operation.input.ran) return askRealState(ctx);
  return { power: "running", size: null, ...(await awaitAddress(ctx)) };
}
