import { fileOutput } from "#shared/billing/documents.ts";
import * as schema from "#shared/billing/revenue.ts";
import { getRevenue } from "#server/billing/revenue/report.ts";
import { answer, platform, router } from "#server/trpc/init.ts";
import { getRevenueCsv, getRevenueCustomersCsv, getRevenueProductsCsv, listRevenueCustomers, listRevenueProducts } from "./revenue.ts";

const tags = ["Administration"];
const CSV = "text/csv";

export const revenueRouter = router({
  report: platform("platform:billing:read")
    .meta({ route: { method: "GET", path: "/admin/revenue", tags, summary: "What customers paid and consumed in some months, by month or day" } })
    .input(schema.revenueInput)
    .output(answer(schema.revenueOutput))
    .query(({ ctx, input }) => getRevenue(ctx.rt, input)),
  customers: platform("platform:billing:read")
    .meta({ route: { method: "GET", path: "/admin/revenue/customers", tags, summary: "The same by customer, who consumed most first" } })
    .input(schema.revenueCustomersInput)
    .output(answer(schema.revenueCustomersOutput))
    .query(({ ctx, input }) => listRevenueCustomers(ctx.rt, input)),
  products: platform("platform:billing:read")
    .meta({ route: { method: "GET", path: "/admin/revenue/products", tags, summary: "What was consumed by plan, kind of resource and component" } })
    .input(schema.revenuePeriodInput)
    .output(answer(schema.revenueProductsOutput))
    .query(({ ctx, input }) => listRevenueProducts(ctx.rt, input)),
  reportCsv: platform("platform:billing:read")
    .meta({ route: { method: "GET", path: "/admin/revenue.csv", file: CSV, tags, summary: "The revenue report for a spreadsheet" } })
    .input(schema.revenueInput)
    .output(answer(fileOutput))
    .query(({ ctx, input }) => getRevenueCsv(ctx.rt, input)),
  customersCsv: platform("platform:billing:read")
    .meta({ route: { method: "GET", path: "/admin/revenue/customers.csv", file: CSV, tags, summary: "Revenue by customer for a spreadsheet" } })
    .input(schema.revenuePeriodInput)
    .output(answer(fileOutput))
    .query(({ ctx, input }) => getRevenueCustomersCsv(ctx.rt, input)),
  productsCsv: platform("platform:billing:read")
    .meta({ route: { method: "GET", path: "/admin/revenue/products.csv", file: CSV, tags, summary: "Revenue by plan for a spreadsheet" } })
    .input(schema.revenuePeriodInput)
    .output(answer(fileOutput))
    .query(({ ctx, input }) => getRevenueProductsCsv(ctx.rt, input)),
});
