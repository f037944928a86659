import { z } from "zod";
import { customerLedgerInput, customerLedgerOutput, customerLotsInput, ledgerCheckOutput, ledgerChecksOutput } from "#shared/billing/admin.ts";
import { comingPricesOutput } from "#shared/billing/prices.ts";
import { adjustInput, balanceOutput, creditChartInput, creditChartOutput, creditSpendingOutput, giveBackInput, grantInput, historyInput, historyOutput, lotListInput, lotListOutput, transferOutput } from "#shared/billing/schema.ts";
import { answer, member, platform, router } from "#server/trpc/init.ts";
import { getCreditChart } from "./chart.ts";
import { getSpending } from "./chart-spending.ts";
import { getBalance } from "./credits.ts";
import { getCustomerLedger } from "./customer-ledger.ts";
import { adjustCredits, grantCredits, refundCharge, revokeGrant } from "./grants.ts";
import { listHistory } from "./history.ts";
import { checkLedgerNow, listLedgerChecks } from "./ledger-checks.ts";
import { listLots } from "./lots.ts";
import { listComingPrices } from "./prices/coming.ts";

const moved = answer(z.object({ transfer: transferOutput }));

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
  lots: member("credits:read")
    .meta({ route: { method: "GET", path: "/credits/lots", tags: ["Credits"], summary: "What is left of which credits, and until when, in the order they are spent in" } })
    .input(lotListInput)
    .output(answer(lotListOutput))
    .query(({ ctx, input }) => listLots(ctx.rt, ctx.actor, input)),
  chart: member("credits:read")
    .input(creditChartInput)
    .output(answer(creditChartOutput))
    .query(({ ctx, input }) => getCreditChart(ctx.rt, ctx.actor, input)),
  spending: member("credits:read")
    .output(answer(creditSpendingOutput))
    .query(({ ctx }) => getSpending(ctx.rt, ctx.actor)),
  comingPrices: member("credits:read")
    .meta({ route: { method: "GET", path: "/credits/coming-prices", tags: ["Credits"], summary: "Prices to come that change what your resources cost" } })
    .output(answer(comingPricesOutput))
    .query(({ ctx }) => listComingPrices(ctx.rt, ctx.actor)),
  grant: platform("platform:credits:grant")
    .meta({ route: { method: "POST", path: "/admin/credits/grants", tags: ["Administration"], summary: "Give an organization credits" } })
    .input(grantInput)
    .output(moved)
    .mutation(({ ctx, input }) => grantCredits(ctx.rt, ctx.actor, input)),

  /** What administrators do with customers' credits, all with a reason that stays on record. */
  admin: router({
    revoke: platform("platform:credits:grant")
      .meta({ route: { method: "POST", path: "/admin/credits/grants/{transfer_id}/revoke", tags: ["Administration"], summary: "Take back what is left of a grant" } })
      .input(giveBackInput)
      .output(moved)
      .mutation(({ ctx, input }) => revokeGrant(ctx.rt, ctx.actor, input)),
    refund: platform("platform:credits:grant")
      .meta({ route: { method: "POST", path: "/admin/credits/charges/{transfer_id}/refund", tags: ["Administration"], summary: "Give back a charge, or part of it" } })
      .input(giveBackInput)
      .output(moved)
      .mutation(({ ctx, input }) => refundCharge(ctx.rt, ctx.actor, input)),
    adjust: platform("platform:credits:grant")
      .meta({ route: { method: "POST", path: "/admin/credits/adjustments", tags: ["Administration"], summary: "Correct an organization's balance" } })
      .input(adjustInput)
      .output(moved)
      .mutation(({ ctx, input }) => adjustCredits(ctx.rt, ctx.actor, input)),
    ledger: platform("platform:billing:read")
      .meta({ route: { method: "GET", path: "/admin/organizations/{organization_id}/credits/history", tags: ["Administration"], summary: "An organization's transfers with the lots that they moved" } })
      .input(customerLedgerInput)
      .output(answer(customerLedgerOutput))
      .query(({ ctx, input }) => getCustomerLedger(ctx.rt, input)),
    lots: platform("platform:billing:read")
      .meta({ route: { method: "GET", path: "/admin/organizations/{organization_id}/credits/lots", tags: ["Administration"], summary: "What an organization has left of which credits" } })
      .input(customerLotsInput)
      .output(answer(lotListOutput))
      .query(({ ctx, input }) => listLots(ctx.rt, input, input)),
    checks: platform("platform:billing:read")
      .meta({ route: { method: "GET", path: "/admin/credits/checks", tags: ["Administration"], summary: "The last self-checks of the ledger, the newest first" } })
      .output(answer(ledgerChecksOutput))
      .query(({ ctx }) => listLedgerChecks(ctx.rt)),
    check: platform("platform:billing:read")
      .meta({ route: { method: "POST", path: "/admin/credits/checks", tags: ["Administration"], summary: "Check the whole ledger now" } })
      .output(answer(ledgerCheckOutput))
      .mutation(({ ctx }) => checkLedgerNow(ctx.rt, ctx.actor)),
  }),
});
