import { z } from "zod";
import type { IdKind } from "#shared/ids.ts";
import { isId } from "#shared/ids.ts";

/**
 * A machine's archive: gzip of JSON lines. The first says what the file is, the last how many lines come before it and the SHA-256 of their bytes with their line feeds. Between them are
 * records by kind, in the order of KINDS: what a record names comes before it.
 */
export const ARCHIVE_FORMAT = "switchyard-machine-archive";
export const ARCHIVE_VERSION = 1;

const idOf = (kind: IdKind) => z.string().refine((value) => isId(kind, value), { error: `must be an id of a ${kind}` });
const time = z.iso.datetime().transform((text) => new Date(text));
const micro = z.string().regex(/^\d{1,18}$/).transform((text) => BigInt(text));
const whole = z.number().int();
// JSON.parse made it.
const json = z.json();

export const archiveHeader = z.object({ format: z.literal(ARCHIVE_FORMAT), version: z.number().int(), machineId: idOf("machine"), organizationId: idOf("organization"), name: z.string(), archivedAt: time });
export type ArchiveHeader = z.output<typeof archiveHeader>;
export const archiveEnd = z.object({ kind: z.literal("end"), lines: whole, sha256: z.string() });

const orderLine = z.object({
  id: idOf("orderLine"), position: whole, slot: z.string(), productId: idOf("product"), name: z.string(), sku: z.string(), price: micro, priceMinor: whole.nullable(), state: z.string(), code: z.string().nullable(),
  endedAt: time.nullable(),
});

export const RECORDS = {
  machine: z.object({
    kind: z.literal("machine"), name: z.string().min(1), slug: z.string().min(1), notes: z.string(), address: z.string(), latitude: z.number().nullable(), longitude: z.number().nullable(), timezone: z.string(),
    templateId: idOf("machineTemplate").nullable(), templateSlug: z.string().nullable(), heartbeatSeconds: whole.min(1), networkKind: z.enum(["wifi", "ethernet", "cellular"]), wifiSsid: z.string().nullable(),
    metadata: z.record(z.string(), json), hardwareId: z.string().nullable(), chip: z.string().nullable(), firmwareVersion: z.string().nullable(), claimedAt: time.nullable(), connectedAt: time.nullable(), createdAt: time,
    decommissionedAt: time,
    // Archives of before there were such numbers have none.
    serial: z.string().nullable().default(null),
  }),
  product: z.object({
    kind: z.literal("product"), id: idOf("product"), name: z.string(), sku: z.string(), price: micro, description: z.string(), metadata: z.record(z.string(), json), archivedAt: time.nullable(), createdAt: time,
  }),
  slot: z.object({
    kind: z.literal("slot"), code: z.string(), row: whole, column: whole, productId: idOf("product").nullable(), price: micro.nullable(), capacity: whole.min(0), count: whole.min(0), par: whole.nullable(),
    mechanism: z.enum(["motor", "servo", "lock"]), disabledReason: z.enum(["manual", "failures"]).nullable(), failures: whole.min(0), uncertain: z.boolean(), countedAt: time.nullable(), filled: whole.default(0),
  }),
  refill: z.object({
    kind: z.literal("refill"), id: idOf("refill"), status: z.enum(["open", "done", "abandoned"]), userId: z.string(), note: z.string(), lines: z.array(z.record(z.string(), json)), startedAt: time, finishedAt: time.nullable(),
  }),
  order: z.object({
    kind: z.literal("order"), id: idOf("order"), status: z.enum(["dispensed", "failed", "refunded", "expired"]), payment: z.enum(["card", "credits"]), paymentState: z.string(), provider: z.string().nullable(),
    providerRef: z.string().nullable(), paymentRef: z.string().nullable(), buyerId: z.string().nullable(), buyerOrgId: z.string().nullable(), total: micro, captured: micro, refunded: micro, currency: z.string().nullable(),
    amountMinor: whole.nullable(), capturedMinor: whole, refundedMinor: whole, receiptNumber: z.string().nullable(), disputed: z.boolean(), failure: z.string().nullable(), metadata: z.record(z.string(), json),
    expiresAt: time, createdAt: time, paidAt: time.nullable(), endedAt: time.nullable(), lines: z.array(orderLine),
  }),
  movement: z.object({
    kind: z.literal("movement"), id: idOf("stockMovement"), slot: z.string(), productId: idOf("product").nullable(), type: z.string(), delta: whole, countAfter: whole, reason: z.string(), actorId: z.string().nullable(),
    refillId: idOf("refill").nullable(), orderLineId: idOf("orderLine").nullable(), at: time,
  }),
  connection: z.object({ kind: z.literal("connection"), id: idOf("machineConnection"), type: z.string(), reason: z.string().nullable(), at: time }),
  alert: z.object({
    kind: z.literal("alert"), id: idOf("alert"), ruleId: idOf("alertRule"), ruleKey: z.string().nullable(), ruleName: z.string(), subject: z.string(), state: z.string(), severity: z.string(), value: z.number().nullable(),
    startedAt: time, firedAt: time.nullable(), acknowledgedAt: time.nullable(), acknowledgedById: z.string().nullable(), note: z.string(), escalatedAt: time.nullable(), resolvedAt: time.nullable(),
    resolvedById: z.string().nullable(), endReason: z.string().nullable(), toldAt: time.nullable(),
  }),
  hour: z.object({ kind: z.literal("hour"), metric: z.string(), hour: time, min: z.number(), avg: z.number(), max: z.number(), count: whole.min(1) }),
} as const;

export type ArchiveKind = keyof typeof RECORDS;
export const KINDS = Object.keys(RECORDS) as ArchiveKind[];
export type RecordOf<K extends ArchiveKind> = z.output<(typeof RECORDS)[K]>;
export type ArchiveRecord = { [K in ArchiveKind]: RecordOf<K> }[ArchiveKind];

const union = z.discriminatedUnion("kind", [RECORDS.machine, RECORDS.product, RECORDS.slot, RECORDS.refill, RECORDS.order, RECORDS.movement, RECORDS.connection, RECORDS.alert, RECORDS.hour]);
export const archiveRecord = union;

/** Where the archive of a machine is in the storage: the same at each try to write it. */
export function archiveKeyOf(machineId: string): string {
  return `archives/${machineId}.jsonl.gz`;
}
