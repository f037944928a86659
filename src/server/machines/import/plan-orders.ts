import { newId } from "#shared/ids.ts";
import type { LineState, OrderStatus, PaymentState } from "#shared/machines/states.ts";
import { randomToken, sha256 } from "#server/infra/crypto.ts";
import { idAt, importKey } from "./ids.ts";
import type { Read } from "./lowdb-file.ts";
import { KNOWN_FIELDS, type OLD_STATUSES, type OrderRecord, unknownFields } from "./lowdb-schema.ts";
import { toMicro } from "./money.ts";
import { importMetadata, type ImportPlan, type OrderPlan, type PlanContext, type PlannedProduct, RecordNotes } from "./plan.ts";

interface Ended {
  status: OrderStatus;
  payment: PaymentState;
  line: LineState;
}

/** How an order ended. null: it has not; nobody could go on with it here. */
const ENDED: Record<(typeof OLD_STATUSES)[number], Ended | null> = {
  completed: { status: "dispensed", payment: "captured", line: "dispensed" },
  dispensed: { status: "dispensed", payment: "captured", line: "dispensed" },
  failed: { status: "failed", payment: "voided", line: "failed" },
  refunded: { status: "refunded", payment: "refunded", line: "failed" },
  cancelled: { status: "expired", payment: "none", line: "released" },
  expired: { status: "expired", payment: "none", line: "released" },
  pending: { status: "expired", payment: "none", line: "released" },
  created: { status: "expired", payment: "none", line: "released" },
  paid: null,
  dispensing: null,
};

/** The column of the amount is a 32-bit number. */
const MAX_MINOR = 2_147_483_647;

/** Plans the orders: history, all of it ended. They move no money here. */
export function planOrders(context: PlanContext, records: readonly Read<OrderRecord>[], machines: ReadonlyMap<string, string>, products: ReadonlyMap<string, PlannedProduct>, plan: ImportPlan): void {
  for (const { index, value } of records) {
    const notes = new RecordNotes("orders", index, value.id);
    const before = context.existing.orders.get(importKey(context.source, value.id));
    if (before) {
      plan.records.push(notes.unchanged(before.id));
      continue;
    }
    const order = planOrder(context, value, notes, machines, products);
    if (typeof order === "string") {
      plan.records.push(notes.refused(order));
      continue;
    }
    plan.orders.push(order);
    plan.records.push(notes.taken(order.row.id));
  }
}

/** @returns why the order is refused */
function planOrder(context: PlanContext, value: OrderRecord, notes: RecordNotes, machines: ReadonlyMap<string, string>, products: ReadonlyMap<string, PlannedProduct>): OrderPlan | string {
  const machineId = machines.get(value.machineId);
  if (machineId === undefined) return `machineId: there is no machine ${value.machineId} that can be taken`;
  const missing = value.items.find((item) => !products.has(item.productId));
  if (missing) return `items: there is no product ${missing.productId} that can be taken`;
  const ended = ENDED[value.status];
  if (!ended) return `status: ${value.status} is not the end of an order; finish it where it was begun`;
  const sum = value.items.reduce((total, item) => total + item.price * item.quantity, 0);
  if (sum !== value.total) return `total: ${value.total}, and its items make ${sum}`;
  if (sum > MAX_MINOR) return `total: more than ${MAX_MINOR}`;
  const total = toMicro(value.total, context.creditPriceMinor);
  const prices = value.items.map((item) => toMicro(item.price, context.creditPriceMinor));
  if (total === null || prices.includes(null)) return `price: no whole number of micro-credits at ${context.creditPriceMinor} a credit`;
  if (ended.status !== value.status) notes.notes.push(`status ${ended.status}, it was ${value.status}`);
  if (value.items.some((item) => item.slot === undefined)) notes.notes.push("items without a slot");
  const id = idAt("order", value.createdAt);
  const endedAt = value.completedAt ?? value.paidAt ?? value.createdAt;
  const kept = ended.payment === "captured" || ended.payment === "refunded";
  const extras = unknownFields(value, KNOWN_FIELDS.orders);
  const items = value.items.map((item) => unknownFields(item, KNOWN_FIELDS.items));
  return {
    row: {
      id, machineId, total,
      organizationId: context.organizationId,
      status: ended.status,
      // Nobody has its secret: it belongs to no buyer here.
      secretHash: sha256(randomToken(32)),
      payment: "card",
      paymentState: ended.payment,
      currency: context.currency,
      amountMinor: value.total,
      captured: kept ? total : 0n,
      capturedMinor: kept ? value.total : 0,
      refundedMinor: ended.payment === "refunded" ? value.total : 0,
      importKey: importKey(context.source, value.id),
      metadata: importMetadata(context.source, value.id, { ...extras, ...(items.some((item) => Object.keys(item).length > 0) ? { items } : {}) }),
      expiresAt: endedAt,
      createdAt: value.createdAt,
      paidAt: kept ? (value.paidAt ?? endedAt) : (value.paidAt ?? null),
      endedAt,
      updatedAt: context.at,
    },
    lines: value.items
      .flatMap((item, place) => Array.from({ length: item.quantity }, () => ({ item, price: prices[place] ?? 0n })))
      .map(({ item, price }, position) => {
        const product = products.get(item.productId);
        return {
          id: newId("orderLine"),
          orderId: id,
          position, price, endedAt,
          slot: item.slot ?? "",
          productId: product?.id ?? "",
          name: item.name ?? product?.name ?? "",
          sku: product?.sku ?? "",
          priceMinor: item.price,
          state: ended.line,
        };
      }),
  };
}
