import * as schema from "#shared/billing/top-ups.ts";
import { answer, member, platform, publicProcedure, router } from "#server/trpc/init.ts";
import { listTopUpsOfAll } from "./admin-top-ups.ts";
import { getAutoTopUp, setAutoTopUp } from "./auto-top-up.ts";
import { getReceipt } from "./receipts.ts";
import { refundPayment } from "./refunds.ts";
import { getTestCheckout, payTestCheckout } from "./test-provider/test-checkout.ts";
import { createTopUp, getTopUp, listTopUpsOf, topUpOptions } from "./top-ups.ts";

const tags = ["Top-ups"];

export const paymentsRouter = router({
  options: member("credits:read")
    .meta({ route: { method: "GET", path: "/topups/options", tags, summary: "What a top-up costs, and how large it may be" } })
    .output(answer(schema.topUpOptionsOutput))
    .query(({ ctx }) => topUpOptions(ctx.rt)),
  create: member("credits:topup")
    .meta({ route: { method: "POST", path: "/topups", successStatus: 201, tags, summary: "Begin a top-up; it is paid at its checkout_url" } })
    .input(schema.topUpInput)
    .output(answer(schema.topUpCreatedOutput))
    .mutation(({ ctx, input }) => createTopUp(ctx.rt, ctx.actor, input)),
  list: member("credits:read")
    .meta({ route: { method: "GET", path: "/topups", tags, summary: "Top-ups, newest first" } })
    .input(schema.topUpListInput)
    .output(answer(schema.topUpListOutput))
    .query(({ ctx, input }) => listTopUpsOf(ctx.rt, ctx.actor, input)),
  get: member("credits:read")
    .meta({ route: { method: "GET", path: "/topups/{id}", tags, summary: "A top-up" } })
    .input(schema.topUpIdInput)
    .output(answer(schema.topUpOutput))
    .query(({ ctx, input }) => getTopUp(ctx.rt, ctx.actor, input)),
  receipt: member("credits:read")
    .meta({ route: { method: "GET", path: "/topups/{id}/receipt", tags, summary: "The receipt of a top-up that was paid" } })
    .input(schema.topUpIdInput)
    .output(answer(schema.receiptOutput))
    .query(({ ctx, input }) => getReceipt(ctx.rt, ctx.actor, input)),
  automatic: member("credits:read")
    .meta({ route: { method: "GET", path: "/topups/automatic", tags, summary: "How the organization tops up by itself" } })
    .output(answer(schema.autoTopUpOutput))
    .query(({ ctx }) => getAutoTopUp(ctx.rt, ctx.actor)),
  setAutomatic: member("credits:topup")
    .meta({ route: { method: "PUT", path: "/topups/automatic", tags, summary: "Set how the organization tops up by itself" } })
    .input(schema.autoTopUpInput)
    .output(answer(schema.autoTopUpOutput))
    .mutation(({ ctx, input }) => setAutoTopUp(ctx.rt, ctx.actor, input)),

  admin: router({
    list: platform("platform:payments:read")
      .meta({ route: { method: "GET", path: "/admin/topups", tags, summary: "Everybody's top-ups, newest first" } })
      .input(schema.adminTopUpListInput)
      .output(answer(schema.adminTopUpListOutput))
      .query(({ ctx, input }) => listTopUpsOfAll(ctx.rt, input)),
    refund: platform("platform:payments:refund")
      .meta({ route: { method: "POST", path: "/admin/topups/{id}/refund", tags, summary: "Refund a payment, or part of it" } })
      .input(schema.refundInput)
      .output(answer(schema.adminTopUpOutput))
      .mutation(({ ctx, input }) => refundPayment(ctx.rt, ctx.actor, input)),
  }),

  /** The test provider's own page. Whoever has a checkout's address may pay it. */
  testCheckout: router({
    get: publicProcedure.input(schema.testCheckoutInput).output(answer(schema.testCheckoutOutput)).query(({ ctx, input }) => getTestCheckout(ctx.rt, input)),
    pay: publicProcedure.input(schema.testPayInput).output(answer(schema.testPayOutput)).mutation(({ ctx, input }) => payTestCheckout(ctx.rt, input)),
  }),
});
