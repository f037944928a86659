import { z } from "zod";
import type { Tx } from "#server/infra/events.ts";
import { AppError, notFound } from "#shared/errors.ts";
import { requireSnapshotQuota } from "../catalog/quota.ts";
import { DriverError } from "../drivers/errors.ts";
import type { OperationDefinition, OperationRequest, StepContext } from "../operation-definition.ts";
import { checked, taken } from "../power-steps.ts";
import { lockVm } from "../repository.ts";
import { type RealState, settleAsReal } from "../vm-guest-steps.ts";
import { onHost } from "../vm-host.ts";
import { requireStart } from "../vm-start-rules.ts";
import { changeSnapshot, countSnapshots, insertSnapshot, removeSnapshot, snapshotRow } from "./snapshot-repository.ts";

/** The memory of a large VM on slow storage; a deletion merges disks. */
const SNAPSHOT_TIMEOUT_MS = 60 * 60_000;
const LIST_TIMEOUT_MS = 60_000;

/** The id is the hypervisor's name of it; the customer's name is a label of ours alone. */
const input = z.object({ snapshotId: z.string() });
type Input = z.infer<typeof input>;
const takeInput = input.extend({ name: z.string(), automatic: z.boolean() });
type TakeInput = z.infer<typeof takeInput>;

export const vmSnapshot: OperationDefinition<TakeInput> = {
  kind: "vm.snapshot",
  input: takeInput,
  cancellable: false,
  request: announceSnapshot,
  steps: [
    taken,
    {
      name: "snapshot",
      weight: 90,
      async run(ctx) {
        const { snapshotId } = ctx.operation.input;
        await onHost(ctx, SNAPSHOT_TIMEOUT_MS, (driver, vm, call) => driver.takeSnapshot(vm.hypervisorRef, snapshotId, call));
        const all = await onHost(ctx, LIST_TIMEOUT_MS, (driver, vm, call) => driver.listSnapshots(vm.hypervisorRef, call));
        const made = all.find((snapshot) => snapshot.name === snapshotId);
        if (!made) throw new DriverError("refused", "the hypervisor does not have the snapshot that it was told to take");
        return { sizeMb: made.sizeMb };
      },
      commit: (tx, ctx, output) => changeSnapshot(tx, ctx.operation.input.snapshotId, { status: "ready", readyAt: ctx.rt.clock.now(), sizeMb: (output as { sizeMb: number | null }).sizeMb }),
      compensate: (ctx) => deleteOnHost(ctx),
      commitCompensation: (tx, ctx) => removeSnapshot(tx, ctx.operation.input.snapshotId),
    },
    checked,
  ],
};

export const vmSnapshotRestore: OperationDefinition<Input> = {
  kind: "vm.snapshot_restore",
  input,
  cancellable: false,
  request: (tx, request) => claimSnapshot(tx, request, "restoring"),
  steps: [
    { ...taken, commitCompensation: freeSnapshot },
    {
      name: "restore",
      weight: 90,
      run: (ctx) => onHost(ctx, SNAPSHOT_TIMEOUT_MS, (driver, vm, call) => driver.restoreSnapshot(vm.hypervisorRef, ctx.operation.input.snapshotId, call)),
      commit: (tx, ctx) => changeSnapshot(tx, ctx.operation.input.snapshotId, { status: "ready" }),
    },
    { ...checked, commit: (tx, ctx, seen) => settleAsReal(tx, ctx, seen, { deleting: false, booted: true }) },
  ],
};

export const vmSnapshotDelete: OperationDefinition<Input> = {
  kind: "vm.snapshot_delete",
  input,
  cancellable: false,
  request: (tx, request) => claimSnapshot(tx, request, "deleting"),
  steps: [
    { ...taken, commitCompensation: freeSnapshot },
    {
      name: "delete_snapshot",
      weight: 90,
      run: (ctx) => onHost(ctx, SNAPSHOT_TIMEOUT_MS, (driver, vm, call) => driver.deleteSnapshot(vm.hypervisorRef, ctx.operation.input.snapshotId, call)),
      commit: (tx, ctx) => removeSnapshot(tx, ctx.operation.input.snapshotId),
    },
    checked,
  ],
};

/** The row is there from the request on: the customer sees it come, and it counts. */
async function announceSnapshot(tx: Tx, { subjectId, organizationId, input: asked, statusBefore, at }: OperationRequest<TakeInput>): Promise<TakeInput> {
  await requireSnapshotQuota(tx, organizationId, await countSnapshots(tx, subjectId));
  const { snapshotId: id, name, automatic } = asked;
  await insertSnapshot(tx, { id, vmId: subjectId, organizationId, name, automatic, withMemory: statusBefore === "running", status: "creating", createdAt: at });
  return asked;
}

async function claimSnapshot(tx: Tx, { subjectId, input: asked, statusBefore }: OperationRequest<Input>, status: "restoring" | "deleting"): Promise<Input> {
  const snapshot = await snapshotRow(tx, subjectId, asked.snapshotId);
  if (!snapshot) throw notFound("snapshot");
  if (snapshot.status !== "ready") throw new AppError("INVALID_STATE", `This snapshot is ${snapshot.status}.`, { state: snapshot.status });
  // To go back to when it ran is to start it.
  if (status === "restoring" && snapshot.withMemory && statusBefore === "stopped") await requireStart(tx, await lockVm(tx, subjectId));
  await changeSnapshot(tx, snapshot.id, { status });
  return asked;
}

async function freeSnapshot(tx: Tx, ctx: StepContext<Input>, output: unknown): Promise<void> {
  await changeSnapshot(tx, ctx.operation.input.snapshotId, { status: "ready" });
  await settleAsReal(tx, ctx, output as RealState, { deleting: false });
}

/** Also one that was never taken, and of a VM that is gone. */
async function deleteOnHost(ctx: StepContext<Input>): Promise<void> {
  try {
    await onHost(ctx, SNAPSHOT_TIMEOUT_MS, (driver, vm, call) => driver.deleteSnapshot(vm.hypervisorRef, ctx.operation.input.snapshotId, call));
  } catch (error) {
    if (error instanceof DriverError && error.failure === "not_found") return;
    throw error;
  }
}
