import type { z } from "zod";
import type { fileOutput } from "#shared/billing/documents.ts";
import type * as schema from "#shared/billing/revenue.ts";
import { pagination } from "#shared/schema.ts";
import { revenueByCustomer, revenueByProduct } from "#server/billing/revenue/breakdowns.ts";
import { type Months, monthsOf } from "#server/billing/revenue/months.ts";
import { balanceOf, getRevenue } from "#server/billing/revenue/report.ts";
import { namesOfPlans } from "#server/compute/totals.ts";
import { namesOfOrganizations } from "#server/identity/directory.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { customersCsv, productsCsv, reportCsv } from "./revenue-csv.ts";

/** The revenue report with the names that billing does not know, and its tables as files. */
type Customer = z.output<typeof schema.revenueCustomerOutput>;
type Products = z.output<typeof schema.revenueProductsOutput>;
type Asked = z.output<typeof schema.revenuePeriodInput>;
type File = z.output<typeof fileOutput>;

/** Customers in one file. */
const MOST = 50_000;

/** Who consumed and paid what, who consumed most first. */
export async function listRevenueCustomers(rt: Runtime, input: z.output<typeof schema.revenueCustomersInput>): Promise<z.output<typeof schema.revenueCustomersOutput>> {
  const { data, total } = await readCustomers(rt, monthsOf(rt.clock.now(), input), { limit: input.limit, offset: (input.page - 1) * input.limit });
  return { data, pagination: pagination(input, total) };
}

async function readCustomers(rt: Runtime, months: Months, page: { limit: number; offset: number }): Promise<{ data: Customer[]; total: number }> {
  const rows = await revenueByCustomer(rt, months, page);
  const names = await namesOfOrganizations(rt, rows.map(({ organizationId }) => organizationId));
  const data = rows.map((row) => ({
    organizationId: row.organizationId,
    organizationName: names.get(row.organizationId) ?? "",
    toppedUp: row.toppedUp.toString(),
    given: row.given.toString(),
    consumed: balanceOf({ amount: row.consumed, paid: row.consumedPaid }),
    breakage: row.breakage.toString(),
    adjusted: row.adjusted.toString(),
    closing: row.closing.toString(),
    money: row.money,
  }));
  return { data, total: Number(rows[0]?.total ?? 0n) };
}

/** What was consumed of what, the dearest first. */
export async function listRevenueProducts(rt: Runtime, input: Asked): Promise<Products> {
  const rows = await revenueByProduct(rt, monthsOf(rt.clock.now(), input));
  const names = await namesOfPlans(rt, rows.map(({ planId }) => planId));
  const sum = (of: "amount" | "paid") => rows.reduce((total, row) => total + row[of], 0n);
  return {
    total: balanceOf({ amount: sum("amount"), paid: sum("paid") }),
    data: rows.map((row) => ({
      resourceType: row.resourceType || null,
      component: row.component || null,
      planId: row.planId || null,
      planName: names.get(row.planId) ?? null,
      hours: Number(row.seconds) / 3_600,
      ...balanceOf(row),
    })),
  };
}

export async function getRevenueCsv(rt: Runtime, input: z.output<typeof schema.revenueInput>): Promise<File> {
  const report = await getRevenue(rt, input);
  return file("revenue", report, reportCsv(report));
}

export async function getRevenueCustomersCsv(rt: Runtime, input: Asked): Promise<File> {
  const months = monthsOf(rt.clock.now(), input);
  const { data, total } = await readCustomers(rt, months, { limit: MOST, offset: 0 });
  return file("revenue-customers", months, customersCsv(data, total - data.length));
}

export async function getRevenueProductsCsv(rt: Runtime, input: Asked): Promise<File> {
  const months = monthsOf(rt.clock.now(), input);
  return file("revenue-products", months, productsCsv((await listRevenueProducts(rt, months)).data));
}

function file(name: string, { from, to }: Pick<Months, "from" | "to">, bytes: Uint8Array): File {
  return { fileName: `${name}-${from === to ? from : `${from}-to-${to}`}.csv`, contentType: "text/csv; charset=utf-8", base64: Buffer.from(bytes).toString("base64") };
}
