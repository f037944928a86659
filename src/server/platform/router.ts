import { holdListInput, holdListOutput, holdVoidInput, holdVoidOutput } from "#shared/billing/admin.ts";
import * as schema from "#shared/platform/schema.ts";
import { answer, platform, publicProcedure, router } from "#server/trpc/init.ts";
import { listAudit } from "./audit-log.ts";
import { getCustomer, listCustomers } from "./customers.ts";
import { checkHealth } from "./health.ts";
import { listHolds, voidLeftoverHold } from "./holds.ts";
import { getOverview, listAllVms } from "./overview.ts";
import { getPublicInfo } from "./public-info.ts";

export const platformRouter = router({
  publicInfo: publicProcedure.output(answer(schema.publicInfoOutput)).query(({ ctx }) => getPublicInfo(ctx.rt)),
  overview: platform("platform:overview").output(answer(schema.overviewOutput)).query(({ ctx }) => getOverview(ctx.rt)),
  customers: platform("platform:customers:read").input(schema.customerListInput).output(answer(schema.customerListOutput)).query(({ ctx, input }) => listCustomers(ctx.rt, input)),
  customer: platform("platform:billing:read").input(schema.customerInput).output(answer(schema.customerDetailOutput)).query(({ ctx, input }) => getCustomer(ctx.rt, input)),
  vms: platform("platform:vms:read").input(schema.adminVmListInput).output(answer(schema.adminVmListOutput)).query(({ ctx, input }) => listAllVms(ctx.rt, input)),
  holds: platform("platform:billing:read")
    .meta({ route: { method: "GET", path: "/admin/credits/holds", tags: ["Administration"], summary: "Credits held by operations, the oldest first" } })
    .input(holdListInput)
    .output(answer(holdListOutput))
    .query(({ ctx, input }) => listHolds(ctx.rt, input)),
  voidHold: platform("platform:credits:grant")
    .meta({ route: { method: "POST", path: "/admin/credits/holds/{id}/void", tags: ["Administration"], summary: "Give back a hold whose operation is over" } })
    .input(holdVoidInput)
    .output(answer(holdVoidOutput))
    .mutation(({ ctx, input }) => voidLeftoverHold(ctx.rt, ctx.actor, input)),
  audit: platform("platform:audit:read").input(schema.auditInput).output(answer(schema.auditOutput)).query(({ ctx, input }) => listAudit(ctx.rt, input)),
  health: platform("platform:health:read").output(answer(schema.healthOutput)).query(({ ctx }) => checkHealth(ctx.rt)),
});
