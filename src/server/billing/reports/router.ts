import * as schema from "#shared/billing/charges.ts";
import { answer, member, router } from "#server/trpc/init.ts";
import { breakDownCharges, listCharges } from "./charges.ts";

const tags = ["Charges"];

export const reportsRouter = router({
  charges: member("credits:read")
    .meta({ route: { method: "GET", path: "/billing/charges", tags, summary: "What was charged, hour by hour, the latest first" } })
    .input(schema.chargeListInput)
    .output(answer(schema.chargeListOutput))
    .query(({ ctx, input }) => listCharges(ctx.rt, ctx.actor, input)),
  breakdown: member("credits:read")
    .meta({ route: { method: "GET", path: "/billing/breakdown", tags, summary: "What was charged by project, kind, resource or day" } })
    .input(schema.breakdownInput)
    .output(answer(schema.breakdownOutput))
    .query(({ ctx, input }) => breakDownCharges(ctx.rt, ctx.actor, input)),
});
