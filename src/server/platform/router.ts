import { holdListInput, holdListOutput, holdVoidInput, holdVoidOutput } from "#shared/billing/admin.ts";
import { topUpDetailInput, topUpDetailOutput, topUpSearchInput, topUpSearchOutput } from "#shared/billing/admin-top-ups.ts";
import * as schema from "#shared/platform/schema.ts";
import { answer, platform, publicProcedure, router } from "#server/trpc/init.ts";
import { listAudit } from "./audit-log.ts";
import { getCustomer, listCustomers } from "./customers.ts";
import { checkHealth } from "./health.ts";
import { listHolds, voidLeftoverHold } from "./holds.ts";
import { getOverview, listAllVms } from "./overview.ts";
import { getPublicInfo } from "./public-info.ts";
import { getTopUpDetail, listTopUps } from "./top-ups.ts";

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
  topUps: platform("platform:payments:read").input(topUpSearchInput).output(answer(topUpSearchOutput)).query(({ ctx, input }) => listTopUps(ctx.rt, input)),
  topUp: platform("platform:payments:read")
    .meta({ route: { method: "GET", path: "/admin/topups/{id}", tags: ["Administration"], summary: "A payment with all that is known of it" } })
    .input(topUpDetailInput)
    .output(answer(topUpDetailOutput))
    .query(({ ctx, input }) => getTopUpDetail(ctx.rt, input)),
  audit: platform("platform:audit:read").input(schema.auditInput).output(answer(schema.auditOutput)).query(({ ctx, input }) => listAudit(ctx.rt, input)),
  health: platform("platform:health:read").output(answer(schema.healthOutput)).query(({ ctx }) => checkHealth(ctx.rt)),
});
