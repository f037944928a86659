import { freeSlugOf } from "../slug.ts";
import { idAt, importKey } from "./ids.ts";
import type { LowdbFile } from "./lowdb-file.ts";
import { KNOWN_FIELDS, type MachineRecord, type SlotRecord, unknownFields } from "./lowdb-schema.ts";
import { toMicro } from "./money.ts";
import { importMetadata, type ImportPlan, type MachinePlan, type PlanContext, type PlannedProduct, RecordNotes } from "./plan.ts";

/** A line of stock, from the machine's own list or from the list `stock`. */
interface Line {
  record: SlotRecord;
  /** as the report names it */
  notes: RecordNotes;
}

/** Plans the machines with their slots. @returns the machines that orders may name, by their id in the file */
export function planMachines(context: PlanContext, file: LowdbFile, products: ReadonlyMap<string, PlannedProduct>, plan: ImportPlan): Map<string, string> {
  const known = new Map<string, string>();
  const lines = stockLines(file);
  for (const { index, value } of file.machines) {
    const notes = new RecordNotes("machines", index, value.id);
    const before = context.existing.machines.get(importKey(context.source, value.id));
    const own = lines.get(value.id) ?? [];
    lines.delete(value.id);
    const problem = before ? null : machineProblem(value);
    if (before || problem !== null) {
      if (before) known.set(value.id, before.id);
      plan.records.push(before ? notes.unchanged(before.id) : notes.refused(problem ?? ""));
      plan.records.push(...own.map((line) => (before ? line.notes.unchanged(before.id) : line.notes.refused(`its machine ${value.id} was refused`))));
      continue;
    }
    const id = idAt("machine", value.createdAt ?? context.at);
    const slots: MachinePlan["slots"] = [];
    const extras: Record<string, unknown> = {};
    for (const line of own) {
      const slot = planSlot(context, line, slots, products);
      if (typeof slot === "string") {
        plan.records.push(line.notes.refused(slot));
        continue;
      }
      const extra = unknownFields(line.record, KNOWN_FIELDS.stock);
      if (Object.keys(extra).length > 0) extras[slot.code] = extra;
      slots.push(slot);
      plan.records.push(line.notes.taken(`${id}/${slot.code}`));
    }
    if (value.timezone === undefined) notes.notes.push("time zone UTC, the file has none");
    if (slots.length === 0) notes.notes.push("it has no slots");
    known.set(value.id, id);
    plan.machines.push({ row: machineRow(context, value, id, extras), slots });
    plan.records.push(notes.taken(id));
  }
  for (const [machineId, left] of lines) plan.records.push(...left.map((line) => line.notes.refused(file.machines.some((one) => one.value.id === machineId) ? "its machine was refused" : `machineId: there is no machine ${machineId} that can be taken`)));
  return known;
}

function stockLines(file: LowdbFile): Map<string, Line[]> {
  const lines = new Map<string, Line[]>();
  const add = (machineId: string, line: Line): void => void lines.set(machineId, [...(lines.get(machineId) ?? []), line]);
  for (const { value } of file.machines) {
    for (const record of value.slots) add(value.id, { record, notes: new RecordNotes("stock", null, `${value.id}/${record.slot}`) });
  }
  for (const { index, value } of file.stock) add(value.machineId, { record: value, notes: new RecordNotes("stock", index, `${value.machineId}/${value.slot}`) });
  return lines;
}

function machineProblem({ timezone }: MachineRecord): string | null {
  try {
    new Intl.DateTimeFormat("en", { timeZone: timezone ?? "UTC" });
    return null;
  } catch {
    return `timezone: ${timezone} must be an IANA time zone, like Europe/Berlin`;
  }
}

/** @returns why the slot is refused */
function planSlot(context: PlanContext, { record, notes }: Line, others: MachinePlan["slots"], products: ReadonlyMap<string, PlannedProduct>): MachinePlan["slots"][number] | string {
  if (others.some((one) => one.code === record.slot)) return `comes twice: the machine has the slot ${record.slot} already`;
  const product = record.productId === null ? null : products.get(record.productId);
  if (product === undefined) return `productId: there is no product ${record.productId} that can be taken`;
  if (product === null && record.quantity > 0) return `quantity: ${record.quantity} items of no product`;
  const capacity = record.capacity ?? Math.max(record.quantity, record.par ?? 0, 1);
  if (record.quantity > capacity) return `quantity: ${record.quantity} items in a slot for ${capacity}`;
  if (record.par !== undefined && record.par > capacity) return `par: ${record.par} in a slot for ${capacity}`;
  const price = record.price == null ? (product?.slotPrice ?? null) : toMicro(record.price, context.creditPriceMinor);
  if (record.price != null && price === null) return `price: ${record.price} is no whole number of micro-credits at ${context.creditPriceMinor} a credit`;
  if (record.capacity === undefined) notes.notes.push(`capacity ${capacity}, the file has none`);
  const row = record.slot.charCodeAt(0) - 64;
  const column = Number(record.slot.slice(1));
  return { code: record.slot, row, column, capacity, productId: product?.id ?? null, price: price === product?.price ? null : price, par: record.par ?? null, count: record.quantity };
}

function machineRow(context: PlanContext, value: MachineRecord, id: string, slots: Record<string, unknown>): MachinePlan["row"] {
  const { address, latitude, longitude, ...place } = value.location ?? { address: "", latitude: null, longitude: null };
  const fields = { ...unknownFields(value, KNOWN_FIELDS.machines), ...(Object.keys(place).length > 0 ? { location: place } : {}), ...(Object.keys(slots).length > 0 ? { slots } : {}) };
  return {
    id, address, latitude, longitude,
    organizationId: context.organizationId,
    name: value.name,
    slug: freeSlugOf(value.name),
    // It still needs its device: the wizard goes on where the network is asked for.
    status: "draft",
    wizardStep: "network",
    notes: value.notes,
    timezone: value.timezone ?? "UTC",
    importKey: importKey(context.source, value.id),
    metadata: importMetadata(context.source, value.id, fields),
    createdAt: value.createdAt ?? context.at,
    updatedAt: context.at,
  };
}
