import { z } from "zod";
import { balanceOutput, creditChartInput, creditChartOutput, grantInput, historyInput, historyOutput, transferOutput } from "#shared/billing/schema.ts";
import { answer, member, platform, router } from "#server/trpc/init.ts";
import { getCreditChart } from "./chart.ts";
import { getBalance } from "./credits.ts";
import { grantCredits } from "./grants.ts";
import { listHistory } from "./history.ts";

export const billingRouter = router({
  balance: member("credits:read")
    .meta({ route: { method: "GET", path: "/credits", tags: ["Credits"], summary: "Balance, burn rate and when it runs out" } })
    .output(answer(balanceOutput))
    .query(({ ctx }) => getBalance(ctx.rt, ctx.actor)),
  history: member("credits:read")
    .meta({ route: { method: "GET", path: "/credits/history", tags: ["Credits"], summary: "Transfers, newest first" } })
    .input(historyInput)
    .output(answer(historyOutput))
    .query(({ ctx, input }) => listHistory(ctx.rt, ctx.actor, input)),
  chart: member("credits:read")
    .input(creditChartInput)
    .output(answer(creditChartOutput))
    .query(({ ctx, input }) => getCreditChart(ctx.rt, ctx.actor, input)),
  grant: platform("platform:credits:grant")
    .input(grantInput)
    .output(answer(z.object({ transfer: transferOutput })))
    .mutation(({ ctx, input }) => grantCredits(ctx.rt, ctx.actor, input)),
});
