import { randomBytes } from "node:crypto";
import { newId } from "#shared/ids.ts";
import type { Actor } from "#server/identity/actor.ts";
import { publishAll, type Tx } from "#server/infra/events.ts";
import type { MachineBatch } from "#server/infra/prisma/client.ts";
import { recordAudit, recordAudits } from "#server/platform/audit.ts";
import { slugOf } from "../slug.ts";
import { insertMachines, type Source, takenSlugs } from "./batch-repository.ts";
import type { PlannedMachine } from "./plan.ts";

interface Making {
  batch: Omit<MachineBatch, "sources" | "fileHash" | "completedAt">;
  machines: readonly (PlannedMachine & { source: Source })[];
  /** of machines whose row names none and that are no copies */
  timeZone: string;
}

/** Makes a batch's machines in a few statements, as drafts whose slots are to follow. From then on their names and numbers are taken. */
export async function makeMachines(tx: Tx, actor: Actor, { batch, machines, timeZone }: Making): Promise<void> {
  const { organizationId, createdAt: at } = batch;
  const slugs = await newSlugs(tx, machines.map(({ name }) => slugOf(name)));
  const made = machines.map((machine, index) => ({
    id: newId("machine"),
    organizationId,
    name: machine.name,
    slug: slugs[index] ?? "",
    status: "draft",
    wizardStep: "planogram",
    notes: machine.notes,
    address: machine.address,
    latitude: machine.latitude,
    longitude: machine.longitude,
    timezone: machine.timeZone ?? machine.source.timezone ?? timeZone,
    heartbeatSeconds: machine.heartbeatSeconds ?? machine.source.heartbeatSeconds,
    networkKind: machine.networkKind ?? machine.source.networkKind,
    wifiSsid: machine.wifiSsid,
    serial: machine.serial,
    clonedFromId: machine.source.kind === "machine" ? machine.source.id : null,
    batchId: batch.id,
    batchRow: machine.row,
    createdById: batch.createdById,
    createdAt: at,
    updatedAt: at,
  }));
  await insertMachines(tx, made);
  await publishAll(tx, made.map(({ id }) => ({ type: "machine.created", subject: id, organizationId, data: { machineId: id }, at })));
  const { fileName, rows, skipped } = batch;
  await recordAudit(tx, actor, { action: "machine.batch.create", subjectType: "machine_batch", subjectId: batch.id, organizationId, after: { fileName, rows, skipped }, at });
  await recordAudits(tx, actor, made.map(({ id, name, serial }) => ({ action: "machine.create", subjectType: "machine", subjectId: id, organizationId, after: { name, serial, batchId: batch.id }, at })));
}

/** Slugs that no machine has, nor another of these. */
async function newSlugs(tx: Tx, wanted: readonly string[]): Promise<string[]> {
  const taken = await takenSlugs(tx, wanted);
  return wanted.map((slug) => {
    const own = taken.has(slug) ? `${slug}-${randomBytes(4).toString("hex")}` : slug;
    taken.add(own);
    return own;
  });
}
