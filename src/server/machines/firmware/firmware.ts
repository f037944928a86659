import type { z } from "zod";
import { notFound } from "#shared/errors.ts";
import type { firmwareDetailOutput, firmwareListInput, firmwareListOutput, firmwareOutput, firmwareUpdateInput } from "#shared/machines/firmware.ts";
import { pagination } from "#shared/schema.ts";
import type { Actor } from "#server/identity/actor.ts";
import { namesOfUsers } from "#server/identity/directory.ts";
import type { Firmware } from "#server/infra/prisma/client.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";
import { recordAudit } from "#server/platform/audit.ts";
import { findFirmware, findFirmwares, lockFirmware, machinesRunning, updateFirmware } from "./firmware-repository.ts";
import { manifestText } from "./manifest.ts";

export type FirmwareOutput = z.output<typeof firmwareOutput>;

/** A page of firmware, newest first. */
export async function listFirmware(rt: Runtime, input: z.output<typeof firmwareListInput>): Promise<z.output<typeof firmwareListOutput>> {
  const { rows, total } = await findFirmwares(rt, { archived: input.archived, search: input.search || undefined, limit: input.limit, offset: (input.page - 1) * input.limit });
  const running = await machinesRunning(rt, rows.map((row) => row.id));
  return { data: rows.map((row) => summary(row, running.get(row.id) ?? 0)), pagination: pagination(input, total) };
}

/** @throws AppError NOT_FOUND */
export async function getFirmware(rt: Runtime, id: string): Promise<z.output<typeof firmwareDetailOutput>> {
  const row = await findFirmware(rt.db.prisma, id);
  if (!row) throw notFound("firmware");
  const [running, names] = await Promise.all([machinesRunning(rt, [id]), namesOfUsers(rt, row.uploadedById ? [row.uploadedById] : [])]);
  return { ...summary(row, running.get(id) ?? 0), manifest: manifestText(row.manifest), signature: row.signature, uploadedBy: names.get(row.uploadedById ?? "") ?? null };
}

/** Changes notes, archives or brings back. What runs on machines, and rollouts under way, go on. @throws AppError NOT_FOUND */
export async function changeFirmware(rt: Runtime, actor: Actor, input: z.output<typeof firmwareUpdateInput>): Promise<FirmwareOutput> {
  const row = await transact(rt, async (tx) => {
    const before = await lockFirmware(tx, input.id);
    if (!before) throw notFound("firmware");
    const at = rt.clock.now();
    const archivedAt = input.archived === undefined ? before.archivedAt : input.archived ? (before.archivedAt ?? at) : null;
    const notes = input.notes ?? before.notes;
    if (notes === before.notes && archivedAt === before.archivedAt) return before;
    await recordAudit(tx, actor, {
      action: "firmware.update",
      subjectType: "firmware",
      subjectId: before.id,
      organizationId: null,
      before: { notes: before.notes, archived: before.archivedAt !== null },
      after: { notes, archived: archivedAt !== null },
      at,
    });
    return updateFirmware(tx, before.id, { notes, archivedAt });
  });
  return summarize(rt, row);
}

/** A firmware as lists show it. */
export async function summarize(rt: Runtime, row: Firmware): Promise<FirmwareOutput> {
  return summary(row, (await machinesRunning(rt, [row.id])).get(row.id) ?? 0);
}

function summary(row: Firmware, machines: number): FirmwareOutput {
  const { id, project, version, chip, secureVersion, idfVersion, sizeBytes, sha256, notes } = row;
  return { id, project, version, chip, secureVersion, idfVersion, sizeBytes, sha256, notes, machines, createdAt: row.createdAt.toISOString(), archivedAt: row.archivedAt?.toISOString() ?? null };
}
