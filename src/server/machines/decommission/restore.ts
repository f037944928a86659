import { randomBytes } from "node:crypto";
import type { Readable } from "node:stream";
import { AppError } from "#shared/errors.ts";
import { newId } from "#shared/ids.ts";
import type { Actor } from "#server/identity/actor.ts";
import { namesOfOrganizations } from "#server/identity/directory.ts";
import { publish, type Tx } from "#server/infra/events.ts";
import type { Prisma } from "#server/infra/prisma/client.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { recordAudit } from "#server/platform/audit.ts";
import { findInUse } from "../batches/batch-repository.ts";
import { lockImport } from "../import/import-repository.ts";
import { insertMachine } from "../machines-repository.ts";
import { type ArchiveHeader, type ArchiveKind, KINDS, type RecordOf } from "./archive-format.ts";
import { readArchive } from "./archive-reader.ts";
import { renaming } from "./restore-ids.ts";
import { type Restoring, rowsOf } from "./restore-records.ts";
import { findRestored, findTemplateFor, insertRows, type Rows } from "./restore-repository.ts";

export interface RestoreInput {
  /** opens the file; it is read twice */
  open: () => Readable;
  /** absent: that of the archive */
  organizationId?: string;
}

export interface RestoreReport {
  machineId: string;
  name: string;
  organizationId: string;
  /** false: an earlier run restored it, and nothing was written */
  restored: boolean;
  /** records of the archive, by kind */
  records: Record<ArchiveKind, number>;
  /** alerts of rules that are not here */
  alertsLeftOut: number;
}

const TIMEOUT_MS = 600_000;
const CHUNK = 500;

/**
 * Makes a draft of an archived machine, with a new id and its history. The file is read to its end before anything is written, and what it holds is written in one transaction. An
 * archive that an organization has restored is not restored again.
 * @throws AppError INVALID_REQUEST when the file is none, damaged or of an unknown version, NOT_FOUND for the organization
 */
export async function restoreMachine(rt: Runtime, actor: Actor, input: RestoreInput): Promise<RestoreReport> {
  const { header, records } = await survey(input.open());
  const organizationId = input.organizationId ?? header.organizationId;
  if (!(await namesOfOrganizations(rt, [organizationId])).has(organizationId)) {
    const message = input.organizationId === undefined ? "The organization of the archive is not here; say which one the machine is to belong to." : "There is no such organization.";
    throw new AppError("NOT_FOUND", message, { resource: "organization" });
  }
  const report = await rt.db.prisma.$transaction(
    async (tx): Promise<RestoreReport> => {
      await lockImport(tx, organizationId);
      const before = await findRestored(tx, organizationId, importKeyOf(header));
      if (before) return { machineId: before.id, name: before.name, organizationId, restored: false, records, alertsLeftOut: 0 };
      const machineId = newId("machine");
      const alertsLeftOut = await write(rt, tx, actor, { machineId, organizationId, header, rename: renaming(machineId), products: new Map(), rules: new Map() }, input.open());
      return { machineId, name: header.name, organizationId, restored: true, records, alertsLeftOut };
    },
    { timeout: TIMEOUT_MS },
  );
  rt.signals.send("commits");
  return report;
}

/** Reads the whole file, and so knows that it is undamaged. */
async function survey(source: Readable): Promise<{ header: ArchiveHeader; records: Record<ArchiveKind, number> }> {
  const records = Object.fromEntries(KINDS.map((kind) => [kind, 0])) as Record<ArchiveKind, number>;
  let header: ArchiveHeader | null = null;
  for await (const line of readArchive(source)) {
    if ("format" in line) header = line;
    else records[line.kind] += 1;
  }
  if (!header || records.machine === 0) throw new AppError("INVALID_REQUEST", "The archive is damaged: it holds no machine.", { reason: "damaged" });
  return { header, records };
}

/** @returns how many alerts have no rule here */
async function write(rt: Runtime, tx: Tx, actor: Actor, to: Restoring, source: Readable): Promise<number> {
  const waiting = new Map<Rows["into"], Rows>();
  const flush = async (): Promise<void> => {
    // In the order in which they came: what a row names is written before it.
    for (const rows of waiting.values()) await insertRows(tx, rows);
    waiting.clear();
  };
  let leftOut = 0;
  for await (const line of readArchive(source)) {
    if ("format" in line) {
      if (line.machineId !== to.header.machineId) throw new AppError("CONFLICT", "The file was changed while it was read.");
    } else if (line.kind === "machine") {
      await insertDraft(rt, tx, actor, to, line);
    } else {
      const made = await rowsOf(tx, to, line);
      if (line.kind === "alert" && made.length === 0) leftOut += 1;
      for (const rows of made) {
        const before = waiting.get(rows.into);
        // Both are of the same kind, which the map's key says and TypeScript cannot see.
        if (before) (before.rows as unknown[]).push(...rows.rows);
        else waiting.set(rows.into, rows);
      }
      if ([...waiting.values()].some((rows) => rows.rows.length >= CHUNK)) await flush();
    }
  }
  await flush();
  return leftOut;
}

async function insertDraft(rt: Runtime, tx: Tx, actor: Actor, to: Restoring, record: RecordOf<"machine">): Promise<void> {
  const { kind: _kind, slug, templateId, templateSlug, metadata, serial, hardwareId, chip, firmwareVersion, claimedAt, connectedAt, createdAt, decommissionedAt, ...configuration } = record;
  const { machineId: id, organizationId, header } = to;
  const at = rt.clock.now();
  const template = await findTemplateFor(tx, { templateId, templateSlug });
  const archive = { machineId: header.machineId, archivedAt: header.archivedAt, serial, hardwareId, chip, firmwareVersion, claimedAt, connectedAt, createdAt, decommissionedAt };
  const machine = {
    ...configuration, id, organizationId,
    // Another machine may have the number by now; then this one's stands in what is kept of its former life.
    serial: serial === null || (await findInUse(tx, organizationId, { names: [], serials: [serial] })).length > 0 ? null : serial,
    templateId: template,
    status: "draft",
    // What it still needs is a device; where its kind is not known here, that first.
    wizardStep: template === null ? "planogram" : "network",
    importKey: importKeyOf(header),
    // Times as texts; all else came out of JSON.parse.
    metadata: { ...metadata, archive: JSON.parse(JSON.stringify(archive)) as Prisma.InputJsonObject } as Prisma.InputJsonObject,
    createdById: actor.kind === "user" ? actor.userId : null,
    createdAt: at,
    updatedAt: at,
  };
  const inserted = (await insertMachine(tx, { ...machine, slug })) || (await insertMachine(tx, { ...machine, slug: `${slug}-${randomBytes(4).toString("hex")}` }));
  if (!inserted) throw new AppError("CONFLICT", "The machine could not be made; try again.");
  await publish(tx, { type: "machine.created", subject: id, organizationId, data: { machineId: id }, at });
  await recordAudit(tx, actor, { action: "machine.restore", subjectType: "machine", subjectId: id, organizationId, after: { from: header.machineId, archivedAt: header.archivedAt.toISOString() }, at });
}

function importKeyOf(header: ArchiveHeader): string {
  return `archive/${header.machineId}`;
}
