import type { z } from "zod";
import type { batchCreateInput, batchListInput, batchListOutput, batchMachinesInput, batchMachinesOutput, batchOutput, batchPreviewInput, batchPreviewOutput } from "#shared/machines/batches.ts";
import { AppError, notFound } from "#shared/errors.ts";
import { newId } from "#shared/ids.ts";
import type { MachineStatus } from "#shared/machines/states.ts";
import { pagination } from "#shared/schema.ts";
import type { Actor } from "#server/identity/actor.ts";
import { namesOfOrganizations } from "#server/identity/directory.ts";
import { timeZoneOf } from "#server/identity/organizations.ts";
import { sha256 } from "#server/infra/crypto.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";
import { type BatchRow, deleteEmptyBatch, findBatch, findBatches, findBatchMachines, findBatchOfFile, insertBatch } from "./batch-repository.ts";
import { fillBatch } from "./fill.ts";
import { makeMachines } from "./make-machines.ts";
import { type Plan, planFile, type PlannedMachine } from "./plan.ts";
import { detailsOf } from "./problems.ts";

type BatchOutput = z.output<typeof batchOutput>;

const UNIQUE_VIOLATION = "P2002";

/** What a file would make, row by row, and what is wrong with it. Nothing is written. @throws AppError NOT_FOUND for the organization */
export async function previewBatch(rt: Runtime, input: z.output<typeof batchPreviewInput>): Promise<z.output<typeof batchPreviewOutput>> {
  const { organizationId, csv } = input;
  const db = rt.db.prisma;
  await timeZoneOf(rt, db, organizationId);
  const before = await findBatchOfFile(db, organizationId, hashOf(csv));
  const { machines, problems, wrong } = await planFile(db, organizationId, csv);
  return {
    // Of a file that was taken each row says that there is such a machine.
    problems: before && before.machines > 0 ? [] : problems,
    rows: machines.map((machine) => ({ ...shown(machine), good: !wrong.has(machine.row) })),
    good: machines.filter(({ row }) => !wrong.has(row)).length,
    wrong: wrong.size,
    addedBefore: before && before.machines > 0 ? { id: before.id, createdAt: before.createdAt.toISOString(), rows: before.rows } : null,
  };
}

/**
 * Makes the machines of a file, all or none of them unless the rows that are wrong may be left out. The same file again, also after a crash at any point, completes what was
 * begun and makes nothing twice: the file's hash is unique in the organization, and the machines are there in the transaction that takes it.
 * @throws AppError NOT_FOUND for the organization, INVALID_REQUEST with a detail for each problem, CONFLICT when a name or number was taken meanwhile
 */
export async function createBatch(rt: Runtime, actor: Actor, input: z.output<typeof batchCreateInput>): Promise<BatchOutput> {
  const { organizationId, csv } = input;
  const fileHash = hashOf(csv);
  const timeZone = await timeZoneOf(rt, rt.db.prisma, organizationId);
  const known = await findBatchOfFile(rt.db.prisma, organizationId, fileHash);
  if (known && known.machines > 0) return complete(rt, known.id);
  const plan = await planFile(rt.db.prisma, organizationId, csv);
  const good = acceptable(plan, input.onlyGood);
  const id = newId("machineBatch");
  const at = rt.clock.now();
  await transact(rt, async (tx) => {
    await deleteEmptyBatch(tx, organizationId, fileHash);
    const batch = { id, organizationId, fileHash, fileName: input.fileName, rows: good.length, skipped: plan.wrong.size, createdById: actor.kind === "user" ? actor.userId : null, createdAt: at };
    const sources = Object.fromEntries(good.map(({ row, source }) => [row, source.id]));
    if (await insertBatch(tx, { ...batch, sources })) await makeMachines(tx, actor, { batch, machines: good, timeZone });
  }).catch((error: { code?: string }) => {
    if (error.code !== UNIQUE_VIOLATION) throw error;
    throw new AppError("CONFLICT", "A name or serial number of this file was taken meanwhile. Look at the preview again.", {}, error);
  });
  // Of two that came at once one has made it, whichever.
  return complete(rt, (await findBatchOfFile(rt.db.prisma, organizationId, fileHash))?.id ?? id);
}

async function complete(rt: Runtime, id: string): Promise<BatchOutput> {
  await fillBatch(rt, id);
  return getBatch(rt, id);
}

/** The rows that are to be made. @throws AppError INVALID_REQUEST */
function acceptable({ machines, problems, wrong }: Plan, onlyGood: boolean): (PlannedMachine & { source: NonNullable<PlannedMachine["source"]> })[] {
  const good = machines.flatMap((machine) => (wrong.has(machine.row) || !machine.source ? [] : [{ ...machine, source: machine.source }]));
  if (good.length === 0 || (problems.length > 0 && !onlyGood)) {
    const details = detailsOf(problems);
    throw new AppError("INVALID_REQUEST", problems.some(({ row }) => row === null) ? `The file ${problems[0]?.message}.` : `${wrong.size} of ${machines.length} rows are wrong; nothing was created.`, { details });
  }
  return good;
}

/** Lines that a program ends otherwise, and the mark at the beginning, make no other file. */
function hashOf(csv: string): string {
  return sha256(csv.replace(/^\uFEFF/, "").replace(/\r\n?/g, "\n").trim());
}

function shown({ row, name, serial, address, latitude, longitude, source, networkKind, wifiSsid }: PlannedMachine) {
  return { row, name, serial, address, latitude, longitude, source: source?.name ?? null, networkKind: networkKind ?? ("wifi" as const), wifiSsid };
}

/** The files that machines were added by, newest first. */
export async function listBatches(rt: Runtime, input: z.output<typeof batchListInput>): Promise<z.output<typeof batchListOutput>> {
  const { rows, total } = await findBatches(rt, { limit: input.limit, offset: (input.page - 1) * input.limit }, rt.clock.now());
  const names = await namesOfOrganizations(rt, [...new Set(rows.map((row) => row.organizationId))]);
  return { data: rows.map((row) => outputOf(row, names)), pagination: pagination(input, total) };
}

/** @throws AppError NOT_FOUND */
export async function getBatch(rt: Runtime, id: string): Promise<BatchOutput> {
  const row = await findBatch(rt, id, rt.clock.now());
  if (!row) throw notFound("batch");
  return outputOf(row, await namesOfOrganizations(rt, [row.organizationId]));
}

/** A batch's machines, in the order of its file. @throws AppError NOT_FOUND */
export async function listBatchMachines(rt: Runtime, input: z.output<typeof batchMachinesInput>): Promise<z.output<typeof batchMachinesOutput>> {
  const now = rt.clock.now();
  if (!(await findBatch(rt, input.id, now))) throw notFound("batch");
  const { rows, total } = await findBatchMachines(rt, input.id, { limit: input.limit, offset: (input.page - 1) * input.limit });
  return {
    data: rows.map(({ claims: [claim], ...row }) => ({
      id: row.id,
      row: row.batchRow ?? 0,
      name: row.name,
      serial: row.serial,
      // The column holds only what our own code writes from this list.
      status: row.status as MachineStatus,
      claimedAt: row.claimedAt?.toISOString() ?? null,
      labelUntil: claim && claim.expiresAt > now ? claim.expiresAt.toISOString() : null,
    })),
    pagination: pagination(input, total),
  };
}

function outputOf(row: BatchRow, names: ReadonlyMap<string, string>): BatchOutput {
  const { id, organizationId, fileName, rows, skipped, machines, claimed, labelled } = row;
  return { id, organizationId, organizationName: names.get(organizationId) ?? "", fileName, rows, skipped, completed: row.completedAt !== null, machines, claimed, labelled, createdAt: row.createdAt.toISOString() };
}
