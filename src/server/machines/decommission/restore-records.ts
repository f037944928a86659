import { newId } from "#shared/ids.ts";
import { randomToken, sha256 } from "#server/infra/crypto.ts";
import type { Tx } from "#server/infra/events.ts";
import type { Prisma } from "#server/infra/prisma/client.ts";
import type { ArchiveHeader, ArchiveRecord, RecordOf } from "./archive-format.ts";
import type { renaming } from "./restore-ids.ts";
import { findProductFor, findRuleFor, insertProduct, type Rows } from "./restore-repository.ts";

export interface Restoring {
  machineId: string;
  organizationId: string;
  header: ArchiveHeader;
  rename: ReturnType<typeof renaming>;
  /** the organization's products by the archive's ids */
  products: Map<string, string>;
  /** by the archive's ids; null: there is no such rule here */
  rules: Map<string, string | null>;
}

/** What of a machine's history becomes which rows. The machine itself is made before. */
export async function rowsOf(tx: Tx, to: Restoring, record: Exclude<ArchiveRecord, { kind: "machine" }>): Promise<Rows[]> {
  const { machineId } = to;
  switch (record.kind) {
    case "product":
      await takeProduct(tx, to, record);
      return [];
    case "slot": {
      const { kind: _kind, productId, ...slot } = record;
      // With its count: the movements that made it come along.
      return [{ into: "slot", rows: [{ ...slot, machineId, productId: productHere(to, productId) }] }];
    }
    case "refill": {
      const { kind: _kind, id, lines, ...refill } = record;
      const named = lines.map((line) => (typeof line["productId"] === "string" ? { ...line, productId: productHere(to, line["productId"]) } : line));
      // It came out of JSON.parse, so it is JSON.
      return [{ into: "refill", rows: [{ ...refill, machineId, id: to.rename("refill", id), lines: named as Prisma.InputJsonArray }] }];
    }
    case "order":
      return orderRows(to, record);
    case "movement": {
      const { kind: _kind, type, id, productId, refillId, orderLineId, ...movement } = record;
      const links = { refillId: refillId && to.rename("refill", refillId), orderLineId: orderLineId && to.rename("orderLine", orderLineId) };
      return [{ into: "stockMovement", rows: [{ ...movement, ...links, machineId, kind: type, id: to.rename("stockMovement", id), productId: productHere(to, productId) }] }];
    }
    case "connection": {
      const { kind: _kind, id, ...connection } = record;
      return [{ into: "machineConnection", rows: [{ ...connection, machineId, id: to.rename("machineConnection", id) }] }];
    }
    case "alert":
      return alertRows(tx, to, record);
    case "hour": {
      const { kind: _kind, ...hour } = record;
      return [{ into: "telemetryHour", rows: [{ ...hour, machineId }] }];
    }
  }
}

function productHere(to: Restoring, id: string | null): string | null {
  return id === null ? null : (to.products.get(id) ?? null);
}

async function takeProduct(tx: Tx, to: Restoring, { kind: _kind, id, metadata, ...product }: RecordOf<"product">): Promise<void> {
  const { organizationId } = to;
  const known = await findProductFor(tx, organizationId, { id, sku: product.sku });
  const here = known ?? newId("product");
  if (known === null) await insertProduct(tx, { ...product, id: here, organizationId, metadata: metadata as Prisma.InputJsonObject });
  to.products.set(id, here);
}

/** An order as history: it has no buyer and no payment that anybody could give back a second time. Whose it was stays to be read in its metadata. */
function orderRows(to: Restoring, { kind: _kind, lines, metadata, ...record }: RecordOf<"order">): Rows[] {
  const { provider, providerRef, paymentRef, buyerId, buyerOrgId, receiptNumber, paymentState, ...order } = record;
  const orderId = to.rename("order", record.id);
  const archive = { orderId: record.id, paymentState, provider, providerRef, paymentRef, buyerId, buyerOrgId, receiptNumber };
  const settled = paymentState === "authorized" || paymentState === "refunding" ? (order.captured > 0n ? "captured" : "voided") : paymentState;
  return [
    {
      into: "machineOrder",
      rows: [
        {
          ...order,
          id: orderId,
          machineId: to.machineId,
          organizationId: to.organizationId,
          paymentState: settled,
          secretHash: sha256(randomToken(32)),
          importKey: `archive/${record.id}`,
          metadata: { ...metadata, archive } as Prisma.InputJsonObject,
          updatedAt: order.endedAt ?? order.createdAt,
        },
      ],
    },
    { into: "orderLine", rows: lines.map((line) => ({ ...line, orderId, id: to.rename("orderLine", line.id), productId: productHere(to, line.productId) ?? line.productId })) },
  ];
}

async function alertRows(tx: Tx, to: Restoring, { kind: _kind, ruleKey, ruleName: _name, ruleId, id, ...alert }: RecordOf<"alert">): Promise<Rows[]> {
  if (!to.rules.has(ruleId)) to.rules.set(ruleId, await findRuleFor(tx, { ruleId, ruleKey }));
  const rule = to.rules.get(ruleId) ?? null;
  if (rule === null) return [];
  const { machineId, organizationId, header } = to;
  const ended = alert.state === "resolved" ? {} : { state: "resolved", resolvedAt: header.archivedAt, endReason: "decommissioned" };
  return [{ into: "alert", rows: [{ ...alert, ...ended, machineId, organizationId, ruleId: rule, id: to.rename("alert", id) }] }];
}
