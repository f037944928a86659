import { z } from "zod";
import { AppError } from "#shared/errors.ts";
import { newId } from "#shared/ids.ts";
import type { Tx } from "#server/infra/events.ts";
import { backupRow } from "./backups/backup-repository.ts";
import { announceBackup, forget, LEFT_THERE, markTaken, removeFromHost, takeOnHost } from "./backups/take-steps.ts";
import type { OperationDefinition, StepContext } from "./operation-definition.ts";
import { plainInput, taken } from "./power-steps.ts";
import { lockVm } from "./repository.ts";
import { removeSnapshotsExcept } from "./snapshots/snapshot-repository.ts";
import { INSPECT_TIMEOUT_MS, type RealState, settleAsReal, SILENT, stopGuest } from "./vm-guest-steps.ts";
import { onHost } from "./vm-host.ts";
import { settleVm } from "./vm-status.ts";

const DESTROY_TIMEOUT_MS = 10 * 60_000;
const SHUTDOWN_MS = 20_000;
const LAST_BACKUP = "Before deletion";

const input = plainInput.extend({
  force: z.boolean().default(false),
  /** a last backup is made of it and kept; without that it is not deleted */
  preserve: z.boolean().default(false),
  /** the last backup's, given by the request */
  backupId: z.string().nullable().default(null),
});
type Input = z.infer<typeof input>;

const GIVEN_UP = { ...SILENT, power: "given up" };

/** Deletes a VM and its disk, after a last backup where one was asked for. */
export const vmDelete: OperationDefinition<Input> = {
  kind: "vm.delete",
  input,
  cancellable: false,
  async request(tx, { subjectId, input: asked, at }) {
    if (!asked.preserve) return asked;
    // Tried again, it is another one: the disk may have been written to since, and one that was complete has been kept.
    const backupId = newId("backup");
    await announceBackup(tx, subjectId, { backupId, name: LAST_BACKUP, automatic: false, at });
    return { ...asked, backupId };
  },
  steps: [
    {
      ...taken,
      // Given up, it counts as gone: the sweep removes what is left of it when the host is back. But not without its last backup.
      async commitCompensation(tx, ctx, output) {
        const deleting = !ctx.operation.input.preserve || (await isTaken(tx, ctx));
        const seen = output === GIVEN_UP ? { ...SILENT, power: deleting ? "absent" : SILENT.power } : (output as RealState);
        await settleAsReal(tx, ctx, seen, { deleting });
        if (deleting && seen.power === "absent") await removeSnapshotsExcept(tx, ctx.operation.subjectId, []);
      },
      givenUp: GIVEN_UP,
    },
    {
      name: "stop",
      weight: 40,
      async run(ctx) {
        const there = await onHost(ctx, INSPECT_TIMEOUT_MS, (driver, vm, call) => driver.inspect(vm.hypervisorRef, call));
        if (there) await stopGuest(ctx, { graceful: !ctx.operation.input.force, timeoutMs: SHUTDOWN_MS });
      },
    },
    {
      name: "backup",
      weight: 120,
      onlyIf: ({ preserve }) => preserve,
      run: (ctx) => takeOnHost(ctx, lastBackup(ctx)),
      commit: (tx, ctx, output) => markTaken(tx, ctx, lastBackup(ctx), output),
      // One that is complete stays: the disk may be destroyed already, whatever the host has answered.
      async compensate(ctx) {
        if (!(await isTaken(ctx.rt.db.prisma, ctx))) await removeFromHost(ctx, lastBackup(ctx));
      },
      async commitCompensation(tx, ctx, output) {
        if (!(await isTaken(tx, ctx))) await forget(tx, lastBackup(ctx), output);
      },
      givenUp: LEFT_THERE,
    },
    {
      name: "destroy",
      weight: 55,
      run: (ctx) => onHost(ctx, DESTROY_TIMEOUT_MS, (driver, vm, call) => driver.destroy(vm.hypervisorRef, call)),
      async commit(tx, ctx) {
        const vm = await lockVm(tx, ctx.operation.subjectId);
        await settleVm(tx, vm, { status: "terminated", reason: ctx.operation.input.reason, at: ctx.rt.clock.now() });
        await removeSnapshotsExcept(tx, vm.id, []);
      },
    },
  ],
};

async function isTaken(tx: Tx, ctx: StepContext<Input>): Promise<boolean> {
  return (await backupRow(tx, lastBackup(ctx)))?.status === "ready";
}

function lastBackup(ctx: StepContext<Input>): string {
  const { backupId } = ctx.operation.input;
  if (backupId === null) throw new AppError("INTERNAL_ERROR", "The request gave the last backup no id.");
  return backupId;
}
