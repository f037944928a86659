import { z } from "zod";
import type { Tx } from "#server/infra/events.ts";
import { AppError } from "#shared/errors.ts";
import { newId } from "#shared/ids.ts";
import type { SystemActor, UserActor } from "#server/identity/actor.ts";
import type { VmBackup } from "#server/infra/prisma/client.ts";
import { recordAudit } from "#server/platform/audit.ts";
import { DriverError } from "../drivers/errors.ts";
import type { OperationDefinition, StepContext } from "../operation-definition.ts";
import { enqueueOperation } from "../operation-queue.ts";
import { onHostOf } from "./backup-host.ts";
import { backupWithHost, changeBackup, countVmsBeingMadeFrom, isBeingDeleted, removeBackup } from "./backup-repository.ts";

const DELETE_TIMEOUT_MS = 30 * 60_000;
const LIST_TIMEOUT_MS = 60_000;
/** Attempts to learn whether a backup that could not be deleted is there. */
const ASK_LIMIT = 5;

const input = z.object({});
type Input = z.infer<typeof input>;

/** there | absent | unknown: the host stays silent */
type Found = { backup: "there" | "absent" | "unknown" };

/**
 * Deletes a backup; its VM may be long gone, so this is about the backup alone. One that could not be deleted and is whole is ready again. Where nobody can
 * say, it stays as it is, and the schedule tries again.
 */
export const backupDelete: OperationDefinition<Input> = {
  kind: "backup.delete",
  input,
  cancellable: false,
  steps: [
    {
      name: "request",
      weight: 5,
      withRequest: true,
      compensate: look,
      givenUp: { backup: "unknown" },
      async commitCompensation(tx, ctx, output) {
        const { backup } = output as Found;
        if (backup === "there") await changeBackup(tx, ctx.operation.subjectId, { status: "ready" });
        if (backup === "absent") await removeBackup(tx, ctx.operation.subjectId);
      },
    },
    {
      name: "delete_backup",
      weight: 95,
      async run(ctx) {
        const backup = await backupWithHost(ctx.rt, ctx.operation.subjectId);
        if (!backup) return;
        try {
          await onHostOf(ctx, backup.host, DELETE_TIMEOUT_MS, (driver, call) => driver.deleteBackup(backup.id, call));
        } catch (error) {
          if (!(error instanceof DriverError) || error.failure !== "not_found") throw error;
        }
      },
      commit: (tx, ctx) => removeBackup(tx, ctx.operation.subjectId),
    },
  ],
};

async function look(ctx: StepContext<Input>): Promise<Found> {
  const backup = await backupWithHost(ctx.rt, ctx.operation.subjectId);
  if (!backup) return { backup: "absent" };
  try {
    const all = await onHostOf(ctx, backup.host, LIST_TIMEOUT_MS, (driver, call) => driver.listBackups(call));
    return { backup: all.some((each) => each.name === backup.id) ? "there" : "absent" };
  } catch (error) {
    if (error instanceof DriverError && (!error.retryable || ctx.attempt >= ASK_LIMIT)) return { backup: "unknown" };
    throw error;
  }
}

/**
 * Begins the deletion of a backup whose row the caller has locked.
 * @returns the operation's id; send the signal "operations" after the commit
 * @throws AppError INVALID_STATE when it is in use
 */
export async function requestBackupDeletion(tx: Tx, backup: VmBackup, request: { actor: UserActor | SystemActor; at: Date }): Promise<string> {
  const { actor, at } = request;
  const { id, organizationId, name, status } = backup;
  // One whose deletion has ended without success and without word is deleted again.
  if (status !== "ready" && (status !== "deleting" || (await isBeingDeleted(tx, id)))) throw new AppError("INVALID_STATE", `This backup is ${status}.`, { state: status });
  if ((await countVmsBeingMadeFrom(tx, id)) > 0) throw new AppError("INVALID_STATE", "A VM is being made from this backup.", { state: status, reason: "in_use" });
  const operationId = newId("operation");
  await changeBackup(tx, id, { status: "deleting" });
  await enqueueOperation(tx, backupDelete, { id: operationId, organizationId, subjectType: "backup", subjectId: id, subjectName: name, actorId: actor.kind === "user" ? actor.userId : null, input: {}, at });
  await recordAudit(tx, actor, { action: "backup.delete", subjectType: "backup", subjectId: id, organizationId, before: { status, name, vmId: backup.vmId }, after: { operationId }, at });
  return operationId;
}
