import type { z } from "zod";
import { AppError, notFound } from "#shared/errors.ts";
import type { archiveOutput } from "#shared/machines/decommission.ts";
import type { Scope, SystemActor } from "#server/identity/actor.ts";
import { publish } from "#server/infra/events.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";
import { fileStorage } from "#server/infra/storage.ts";
import { recordAudit } from "#server/platform/audit.ts";
import { findMachine, lockMachine } from "../machines-repository.ts";
import { archiveKeyOf } from "./archive-format.ts";
import { archiveStream } from "./archive-writer.ts";
import { findUnarchived, setArchiveKey } from "./decommission-repository.ts";

const WORKER: SystemActor = { kind: "system", name: "machine-archive", requestId: "" };
/** What an archive waits for is over long before. */
const PATIENCE_MS = 5 * 60_000;
const AT_ONCE = 20;

/**
 * Writes the archives of machines that were decommissioned. A file is there whole or not at all, and under the same key at each try: who is killed after writing it writes it again,
 * and of two who write at the same time either's file is right.
 * @returns how many were written
 */
export async function archiveMachines(rt: Runtime): Promise<number> {
  let written = 0;
  for (const { id } of await findUnarchived(rt, new Date(rt.clock.now().getTime() - PATIENCE_MS), AT_ONCE)) {
    try {
      await archiveMachine(rt, id);
      written += 1;
    } catch (error) {
      // One that cannot be written must not hold up the others.
      rt.log.error({ err: error, machineId: id }, "machine archive: not written; it is tried again");
    }
  }
  return written;
}

async function archiveMachine(rt: Runtime, id: string): Promise<void> {
  const archiveKey = archiveKeyOf(id);
  const storage = fileStorage(rt.config);
  await storage.put(archiveKey, archiveStream(rt, id, rt.clock.now()));
  const sizeBytes = await storage.size(archiveKey);
  await transact(rt, async (tx) => {
    const machine = await lockMachine(tx, id);
    if (!machine || !(await setArchiveKey(tx, id, archiveKey))) return;
    const { organizationId } = machine;
    const at = rt.clock.now();
    await publish(tx, { type: "machine.updated", subject: id, organizationId, data: { machineId: id }, at });
    await recordAudit(tx, WORKER, { action: "machine.archive", subjectType: "machine", subjectId: id, organizationId, after: { archiveKey, sizeBytes: sizeBytes ?? 0 }, at });
  });
}

/** Whether there is an archive, and where it is had. @throws AppError NOT_FOUND, INVALID_STATE for a machine that is in service */
export async function describeArchive(rt: Runtime, scope: Scope, id: string): Promise<z.output<typeof archiveOutput>> {
  const machine = await findMachine(rt.db.prisma, scope, id);
  if (!machine) throw notFound("machine");
  if (machine.decommissionedAt === null) throw new AppError("INVALID_STATE", "The machine is in service; only one that was decommissioned has an archive.", { state: machine.status });
  const sizeBytes = machine.archiveKey === null ? null : await fileStorage(rt.config).size(machine.archiveKey);
  return { decommissionedAt: machine.decommissionedAt.toISOString(), archive: sizeBytes === null ? null : { url: `${rt.config.publicUrl}/files/machines/${id}/archive`, sizeBytes } };
}
