import { AppError } from "#shared/errors.ts";
import { fileMeta, type MachineRecord, type OrderRecord, type ProductRecord, SCHEMAS, type StockRecord } from "./lowdb-schema.ts";
import { COLLECTIONS, type Collection, type RecordReport } from "./report.ts";

/** A record that fits its schema. */
export interface Read<T> {
  index: number;
  value: T;
}

export interface LowdbFile {
  /** name of the old database: part of what a record is known by */
  source: string;
  currency: string | null;
  products: Read<ProductRecord>[];
  machines: Read<MachineRecord>[];
  stock: Read<StockRecord>[];
  orders: Read<OrderRecord>[];
  refused: RecordReport[];
}

const MAX_RECORDS = 200_000;

/**
 * Reads a LowDB file. Records that do not fit, and ids that come twice, are refused one by one.
 * @throws AppError INVALID_REQUEST when it is no such file at all
 */
export function readLowdb(text: string): LowdbFile {
  const json = parse(text);
  const meta = fileMeta.safeParse(json["meta"] ?? {});
  if (!meta.success) throw invalid(`meta.${meta.error.issues[0]?.path.join(".") ?? ""}: ${meta.error.issues[0]?.message ?? ""}`);
  for (const collection of COLLECTIONS) if (json[collection] !== undefined && !Array.isArray(json[collection])) throw invalid(`${collection} must be a list of records.`);
  const lists = COLLECTIONS.flatMap((collection) => (json[collection] as unknown[] | undefined) ?? []);
  if (lists.length === 0) throw invalid(`There are no records in it: it needs one or more of the lists ${COLLECTIONS.join(", ")}.`);
  if (lists.length > MAX_RECORDS) throw invalid(`It has ${lists.length} records, at most ${MAX_RECORDS} are imported at a time.`);
  const refused: RecordReport[] = Object.entries(json)
    .filter(([name]) => name !== "meta" && !COLLECTIONS.some((known) => known === name))
    .map(([name, value]) => refusal(name, null, null, `no list of this name is understood (${Array.isArray(value) ? `${value.length} records` : typeof value})`));
  const read = <T extends Collection>(collection: T) => readList(collection, (json[collection] as unknown[] | undefined) ?? [], refused);
  return {
    source: meta.data.name,
    currency: meta.data.currency ?? null,
    // Each list was read by the schema of its name.
    products: read("products") as Read<ProductRecord>[],
    machines: read("machines") as Read<MachineRecord>[],
    stock: read("stock") as Read<StockRecord>[],
    orders: read("orders") as Read<OrderRecord>[],
    refused,
  };
}

export function refusal(collection: string, index: number | null, id: string | null, note: string): RecordReport {
  return { collection, index, id, outcome: "refused", as: null, notes: [note] };
}

function parse(text: string): Record<string, unknown> {
  let json: unknown;
  try {
    json = JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (error) {
    throw invalid(`It is not JSON: ${(error as Error).message}`);
  }
  if (json === null || typeof json !== "object" || Array.isArray(json)) throw invalid("It must be an object with lists of records, as LowDB writes it.");
  return json as Record<string, unknown>;
}

function readList(collection: Collection, list: readonly unknown[], refused: RecordReport[]): Read<unknown>[] {
  const first = new Map<string, number>();
  return list.flatMap((record, index): Read<unknown>[] => {
    const id = idOf(collection, record);
    const before = id === null ? undefined : first.get(id);
    if (id !== null && before === undefined) first.set(id, index);
    const problem = before === undefined ? unstorable(record) : `comes twice: ${collection}[${before}] has the same id`;
    const parsed = SCHEMAS[collection].safeParse(record);
    if (parsed.success && problem === null) return [{ index, value: parsed.data }];
    const issue = parsed.error?.issues[0];
    refused.push(refusal(collection, index, id, problem ?? `${issue?.path.join(".") || "record"}: ${issue?.message ?? "invalid"}`));
    return [];
  });
}

/** What a record is known by; a line of stock by its machine and slot. */
function idOf(collection: Collection, record: unknown): string | null {
  const { id, machineId, slot } = (record ?? {}) as { id?: unknown; machineId?: unknown; slot?: unknown };
  if (collection !== "stock") return typeof id === "string" || typeof id === "number" ? String(id).trim() : null;
  return (typeof machineId === "string" || typeof machineId === "number") && typeof slot === "string" ? `${String(machineId).trim()}/${slot.trim().toUpperCase()}` : null;
}

/** PostgreSQL keeps neither U+0000 nor half a surrogate pair. */
function unstorable(value: unknown): string | null {
  if (typeof value === "string") return value.includes("\0") || !value.isWellFormed() ? "text with U+0000 or half a surrogate pair" : null;
  if (value === null || typeof value !== "object") return null;
  for (const [key, child] of Object.entries(value)) {
    const problem = unstorable(key) ?? unstorable(child);
    if (problem) return problem;
  }
  return null;
}

function invalid(message: string): AppError {
  return new AppError("INVALID_REQUEST", message);
}
