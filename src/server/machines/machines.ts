import { z } from "zod";
import { notFound } from "#shared/errors.ts";
import type { connectionListInput, connectionListOutput, machineDetailOutput, machineListInput, machineListOutput, machineOutput, rejectedOutput } from "#shared/machines/schema.ts";
import type { MachineStatus, WizardStep } from "#shared/machines/states.ts";
import { pagination } from "#shared/schema.ts";
import type { Scope } from "#server/identity/actor.ts";
import { namesOfOrganizations } from "#server/identity/directory.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { findConnections, findMachine, findMachines, findRejected, isVisible, type MachineDetailRow, type MachineListRow, stockTotals } from "./machines-repository.ts";

type MachineOutput = z.output<typeof machineOutput>;
type MachineDetail = z.output<typeof machineDetailOutput>;

const REJECTED_SHOWN = 50;

/** A page of machines, newest first. */
export async function listMachines(rt: Runtime, scope: Scope, input: z.output<typeof machineListInput>): Promise<z.output<typeof machineListOutput>> {
  const { rows, total } = await findMachines(rt, scope, { status: input.status, search: input.search || undefined, limit: input.limit, offset: (input.page - 1) * input.limit });
  const [names, stock] = await Promise.all([
    namesOfOrganizations(rt, [...new Set(rows.map((row) => row.organizationId))]),
    stockTotals(rt, rows.map((row) => row.id)),
  ]);
  return {
    data: rows.map((row) => summary(row, names.get(row.organizationId) ?? "", stock.get(row.id) ?? { count: 0, capacity: 0 })),
    pagination: pagination(input, total),
  };
}

/** @throws AppError NOT_FOUND when the scope does not see it */
export async function getMachine(rt: Runtime, scope: Scope, id: string): Promise<MachineDetail> {
  const row = await findMachine(rt.db.prisma, scope, id);
  if (!row) throw notFound("machine");
  const names = await namesOfOrganizations(rt, [row.organizationId]);
  return detail(row, names.get(row.organizationId) ?? "");
}

/** When the machine was claimed, came and went, newest first. */
export async function listConnections(rt: Runtime, scope: Scope, input: z.output<typeof connectionListInput>): Promise<z.output<typeof connectionListOutput>> {
  if (!(await isVisible(rt, scope, input.id))) throw notFound("machine");
  const rows = await findConnections(rt, input.id, { before: input.cursor ?? null, limit: input.limit + 1 });
  const page = rows.slice(0, input.limit);
  return {
    data: page.map((row) => ({ id: row.id, type: row.type, at: row.at.toISOString(), reason: row.reason })),
    nextCursor: rows.length > input.limit ? (page.at(-1)?.id ?? null) : null,
  };
}

/** The newest of what the machine sent and could not be understood. */
export async function listRejected(rt: Runtime, id: string): Promise<{ data: z.output<typeof rejectedOutput>[] }> {
  if (!(await isVisible(rt, "platform", id))) throw notFound("machine");
  const rows = await findRejected(rt, id, REJECTED_SHOWN);
  return {
    data: rows.map((row) => ({ id: row.id, topic: row.topic, reason: row.reason, payload: row.payload, sizeBytes: row.sizeBytes, receivedAt: row.receivedAt.toISOString() })),
  };
}

function summary(row: MachineListRow, organizationName: string, stock: { count: number; capacity: number }): MachineOutput {
  return {
    id: row.id,
    organizationId: row.organizationId,
    organizationName,
    name: row.name,
    slug: row.slug,
    // The columns hold only what our own code writes from these lists.
    status: row.status as MachineStatus,
    wizardStep: row.wizardStep as WizardStep,
    address: row.address,
    simulated: row.simulated,
    firmwareVersion: row.firmwareVersion,
    latest: row.latest ? { metrics: z.record(z.string(), z.number()).parse(row.latest.metrics), at: row.latest.receivedAt.toISOString() } : null,
    stock,
    lastSeenAt: row.lastSeenAt?.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
  };
}

function detail(row: MachineDetailRow, organizationName: string): MachineDetail {
  const claim = row.claims[0];
  const stock = { count: row.slots.reduce((sum, slot) => sum + slot.count, 0), capacity: row.slots.reduce((sum, slot) => sum + slot.capacity, 0) };
  return {
    ...summary(row, organizationName, stock),
    notes: row.notes,
    latitude: row.latitude,
    longitude: row.longitude,
    timezone: row.timezone,
    templateId: row.templateId,
    templateName: row.template?.name ?? null,
    heartbeatSeconds: row.heartbeatSeconds,
    networkKind: row.networkKind as MachineDetail["networkKind"],
    wifiSsid: row.wifiSsid,
    hardwareId: row.hardwareId,
    serial: row.serial,
    chip: row.chip,
    ip: row.ip,
    configVersion: row.configVersion,
    claimedAt: row.claimedAt?.toISOString() ?? null,
    connectedAt: row.connectedAt?.toISOString() ?? null,
    firstReadingAt: row.firstReadingAt?.toISOString() ?? null,
    statusChangedAt: row.statusChangedAt?.toISOString() ?? null,
    slots: row.slots.map((slot) => ({
      code: slot.code,
      row: slot.row,
      column: slot.column,
      capacity: slot.capacity,
      count: slot.count,
      price: slot.price?.toString() ?? null,
      disabledReason: slot.disabledReason as "manual" | "failures" | null,
      product: slot.product ? { id: slot.product.id, name: slot.product.name, sku: slot.product.sku, price: slot.product.price.toString() } : null,
    })),
    claim: claim ? { medium: claim.medium as "screen" | "label", expiresAt: claim.expiresAt.toISOString(), usedAt: claim.usedAt?.toISOString() ?? null } : null,
    rejectedCount: row._count.rejected,
  };
}
