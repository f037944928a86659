import { notFound } from "#shared/errors.ts";
import { newId } from "#shared/ids.ts";
import type { Actor } from "#server/identity/actor.ts";
import { namesOfOrganizations } from "#server/identity/directory.ts";
import { publishAll, type Tx } from "#server/infra/events.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { recordAudit } from "#server/platform/audit.ts";
import { moveStock } from "../inventory/stock.ts";
import { CONTROLLER, templateSlots } from "../templates.ts";
import { allTemplates, type Counted, countImported, findExisting, insertImported, insertTemplate, lockImport } from "./import-repository.ts";
import { isLayout, layoutOf } from "./layout.ts";
import { type LowdbFile, readLowdb } from "./lowdb-file.ts";
import type { ImportPlan, PlanContext } from "./plan.ts";
import { planMachines } from "./plan-machines.ts";
import { planOrders } from "./plan-orders.ts";
import { planProducts } from "./plan-products.ts";
import { countOutcomes, type ImportReport } from "./report.ts";

export interface ImportInput {
  organizationId: string;
  /** the file's text */
  text: string;
  /** does everything and then takes it back */
  dryRun: boolean;
  /** imports what it can although some records are refused; else one that is refused keeps all out */
  skipRefused: boolean;
}

const TIMEOUT_MS = 600_000;

/** Ends the transaction without its work; the report is kept. */
class TakeBack extends Error {
  readonly report: ImportReport;

  constructor(report: ImportReport) {
    super("taken back");
    this.report = report;
  }
}

/**
 * Imports the database of a LowDB vending program into an organization: products, machines with their slots and counts, and orders that have ended, as history without
 * money. All in one transaction, whose counts and sums are compared with the file before it is committed. A record that an earlier run took is left alone.
 * @throws AppError NOT_FOUND for the organization, INVALID_REQUEST when the file is none of this kind
 */
export async function importLowdb(rt: Runtime, actor: Actor, input: ImportInput): Promise<ImportReport> {
  if (!(await namesOfOrganizations(rt, [input.organizationId])).has(input.organizationId)) throw notFound("organization");
  const file = readLowdb(input.text);
  try {
    const report = await rt.db.prisma.$transaction((tx) => run(rt, tx, actor, input, file), { timeout: TIMEOUT_MS });
    rt.signals.send("commits");
    return report;
  } catch (error) {
    if (error instanceof TakeBack) return error.report;
    throw error;
  }
}

async function run(rt: Runtime, tx: Tx, actor: Actor, input: ImportInput, file: LowdbFile): Promise<ImportReport> {
  const { organizationId, dryRun, skipRefused } = input;
  const at = rt.clock.now();
  await lockImport(tx, organizationId);
  const { currency, creditPriceMinor } = rt.config.payments;
  const context: PlanContext = { organizationId, source: file.source, currency: file.currency ?? currency, creditPriceMinor, existing: await findExisting(tx, organizationId, file.source), at };
  const plan = planOf(context, file);
  await chooseTemplates(tx, plan);
  await insertImported(tx, plan);
  for (const { row, slots } of plan.machines) {
    const changes = slots.filter((slot) => slot.count > 0).map(({ code, count }) => ({ slot: code, count }));
    await moveStock(tx, { machineId: row.id, kind: "import", changes, reason: `imported from ${file.source}`, at });
  }
  await publishAll(tx, plan.machines.map(({ row }) => ({ type: "machine.created" as const, subject: row.id, organizationId, data: { machineId: row.id }, at })));
  const counted = await countImported(tx, plan);
  verify(plan, counted);
  const refused = plan.records.filter((record) => record.outcome === "refused").length;
  const reason = dryRun ? "this was a dry run" : refused > 0 && !skipRefused ? `${refused} records were refused; mend them, or import the others with --skip-refused` : null;
  const { linesTotal: _linesTotal, orderTotal, ...counts } = counted;
  const report: ImportReport = {
    source: file.source, organizationId, dryRun, reason,
    committed: reason === null,
    totals: countOutcomes(plan.records),
    checked: { ...counts, orderTotal: orderTotal.toString() },
    records: plan.records,
  };
  if (reason !== null) throw new TakeBack(report);
  const after = { source: file.source, products: counts.products, machines: counts.machines, orders: counts.orders, refused };
  await recordAudit(tx, actor, { action: "machine.import", subjectType: "organization", subjectId: organizationId, organizationId, after, at });
  return report;
}

function planOf(context: PlanContext, file: LowdbFile): ImportPlan {
  const plan: ImportPlan = { products: [], machines: [], orders: [], records: [...file.refused] };
  const products = planProducts(context, file.products, plan);
  const machines = planMachines(context, file, products, plan);
  planOrders(context, file.orders, machines, products, plan);
  return plan;
}

/** Each machine is of the kind that has its slots; where there is none yet, one is made of its layout. */
async function chooseTemplates(tx: Tx, plan: ImportPlan): Promise<void> {
  const templates = (await allTemplates(tx)).map(({ id, slots }) => ({ id, slots: templateSlots(slots) }));
  for (const machine of plan.machines) {
    const layout = layoutOf(machine);
    if (!layout) {
      machine.row.wizardStep = "planogram";
      continue;
    }
    let template = templates.find((one) => isLayout(layout, one.slots));
    if (!template) {
      template = { id: newId("machineTemplate"), slots: layout.slots };
      templates.push(template);
      const { slug, slots } = layout;
      await insertTemplate(tx, { id: template.id, slug, name: `Imported, ${slots.length} slots`, description: "The layout of a machine that was imported.", slots: slots.map((slot) => ({ ...slot })), ...CONTROLLER });
    }
    machine.row.templateId = template.id;
  }
}

/** What is in the database is what the plan says, or none of it stays. */
function verify(plan: ImportPlan, counted: Counted): void {
  const slots = plan.machines.flatMap((machine) => machine.slots);
  const lines = plan.orders.flatMap((order) => order.lines);
  const total = plan.orders.reduce((sum, order) => sum + BigInt(order.row.total), 0n);
  const expected: Counted = {
    products: plan.products.length,
    machines: plan.machines.length,
    slots: slots.length,
    items: slots.reduce((sum, slot) => sum + slot.count, 0),
    orders: plan.orders.length,
    orderLines: lines.length,
    orderTotal: total,
    linesTotal: total,
  };
  for (const key of Object.keys(expected) as (keyof Counted)[]) {
    if (expected[key] !== counted[key]) throw new Error(`the import does not add up: ${key} should be ${expected[key]} and is ${counted[key]}; nothing was written`);
  }
}
