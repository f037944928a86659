import type { Tx } from "#server/infra/events.ts";
import type { Prisma } from "#server/infra/prisma/client.ts";

/** The rows of one kind that are to be written. */
export type Rows =
  | { into: "slot"; rows: Prisma.SlotCreateManyInput[] }
  | { into: "refill"; rows: Prisma.RefillCreateManyInput[] }
  | { into: "machineOrder"; rows: Prisma.MachineOrderCreateManyInput[] }
  | { into: "orderLine"; rows: Prisma.OrderLineCreateManyInput[] }
  | { into: "stockMovement"; rows: Prisma.StockMovementCreateManyInput[] }
  | { into: "machineConnection"; rows: Prisma.MachineConnectionCreateManyInput[] }
  | { into: "alert"; rows: Prisma.AlertCreateManyInput[] }
  | { into: "telemetryHour"; rows: Prisma.TelemetryHourCreateManyInput[] };

/** Writes rows of one kind, in one statement. */
export async function insertRows(tx: Tx, { into, rows }: Rows): Promise<void> {
  if (rows.length === 0) return;
  switch (into) {
    case "slot":
      return void (await tx.slot.createMany({ data: rows }));
    case "refill":
      return void (await tx.refill.createMany({ data: rows }));
    case "machineOrder":
      return void (await tx.machineOrder.createMany({ data: rows }));
    case "orderLine":
      return void (await tx.orderLine.createMany({ data: rows }));
    case "stockMovement":
      return void (await tx.stockMovement.createMany({ data: rows }));
    case "machineConnection":
      return void (await tx.machineConnection.createMany({ data: rows }));
    case "alert":
      return void (await tx.alert.createMany({ data: rows }));
    case "telemetryHour":
      return void (await tx.telemetryHour.createMany({ data: rows }));
  }
}

export async function findRestored(tx: Tx, organizationId: string, importKey: string): Promise<{ id: string; name: string } | null> {
  return tx.machine.findUnique({ where: { organizationId_importKey: { organizationId, importKey } }, select: { id: true, name: true } });
}

/** The organization's product that a record of the archive means: that with its id, or else with its SKU. */
export async function findProductFor(tx: Tx, organizationId: string, product: { id: string; sku: string }): Promise<string | null> {
  const found = await tx.product.findMany({ where: { organizationId, OR: [{ id: product.id }, { sku: product.sku }] }, select: { id: true } });
  return (found.find((one) => one.id === product.id) ?? found[0])?.id ?? null;
}

export async function insertProduct(tx: Tx, product: Prisma.ProductCreateManyInput): Promise<void> {
  await tx.product.createMany({ data: [product] });
}

export async function findTemplateFor(tx: Tx, { templateId, templateSlug }: { templateId: string | null; templateSlug: string | null }): Promise<string | null> {
  const found = await tx.machineTemplate.findMany({ where: { OR: [{ id: templateId ?? "" }, { slug: templateSlug ?? "" }] }, select: { id: true } });
  return (found.find((one) => one.id === templateId) ?? found[0])?.id ?? null;
}

/** The rule that raised an alert, or the one that every installation has under the same key. */
export async function findRuleFor(tx: Tx, { ruleId, ruleKey }: { ruleId: string; ruleKey: string | null }): Promise<string | null> {
  const found = await tx.alertRule.findMany({ where: { OR: [{ id: ruleId }, ...(ruleKey === null ? [] : [{ key: ruleKey }])] }, select: { id: true } });
  return (found.find((one) => one.id === ruleId) ?? found[0])?.id ?? null;
}
