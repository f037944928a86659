import { fileOutput } from "#shared/billing/documents.ts";
import { salesOutput, salesSetInput } from "#shared/machines/sales.ts";
import { machineIdInput } from "#shared/machines/schema.ts";
import * as schema from "#shared/machines/storefront.ts";
import { organizationPermissions } from "#shared/permissions.ts";
import type { MemberActor } from "#server/identity/actor.ts";
import type { Context } from "#server/trpc/context.ts";
import { answer, member, platform, publicProcedure, router } from "#server/trpc/init.ts";
import { checkout } from "./checkout.ts";
import { cancelOrder, getGuestOrder } from "../orders/guest-orders.ts";
import { storefrontLimits } from "./storefront-limits.ts";
import { getOrderReceipt } from "../orders/order-receipt.ts";
import { getSales, setSales } from "./sales.ts";
import { getStorefront } from "./storefront.ts";

const tags = ["Storefront"];

/** Anybody; who is signed in may pay with the credits of an organization whose money is theirs to spend. */
const looking = publicProcedure.use(async ({ ctx, next }) => {
  await storefrontLimits(ctx.rt).look(ctx.ip);
  return next({ ctx: { ...ctx, payer: payerOf(ctx) } });
});
const ordering = looking.use(async ({ ctx, next }) => {
  await storefrontLimits(ctx.rt).order(ctx.ip);
  return next();
});

function payerOf({ actor, organizationId }: Context): MemberActor | null {
  const membership = actor?.memberships.find((candidate) => (organizationId ? candidate.organizationId === organizationId : candidate.personal));
  if (!actor || !membership || !organizationPermissions(membership.role).includes("credits:topup")) return null;
  return { ...actor, organizationId: membership.organizationId, role: membership.role };
}

export const storefrontRouter = router({
  get: looking
    .meta({ route: { method: "GET", path: "/storefront/{slug}", tags, summary: "What a machine sells now" } })
    .input(schema.storefrontInput)
    .output(answer(schema.storefrontOutput))
    .query(({ ctx, input }) => getStorefront(ctx.rt, ctx.payer, input)),
  checkout: ordering
    .meta({ route: { method: "POST", path: "/storefront/{slug}/orders", successStatus: 201, tags, summary: "Order pieces of a machine; a payment by card goes on at checkout_url" } })
    .input(schema.checkoutInput)
    .output(answer(schema.checkoutOutput))
    .mutation(({ ctx, input }) => checkout(ctx.rt, ctx.payer, input)),
  // The secret belongs in a body: addresses are logged.
  order: looking
    .meta({ route: { method: "POST", path: "/storefront/orders/{order_id}", tags, summary: "An order, for whoever has its secret" } })
    .input(schema.orderAccess)
    .output(answer(schema.orderOutput))
    .mutation(({ ctx, input }) => getGuestOrder(ctx.rt, input)),
  cancel: looking
    .meta({ route: { method: "POST", path: "/storefront/orders/{order_id}/cancel", tags, summary: "Give up an order that is not paid" } })
    .input(schema.orderAccess)
    .output(answer(schema.orderOutput))
    .mutation(({ ctx, input }) => cancelOrder(ctx.rt, input)),
  receipt: looking
    .meta({ route: { method: "POST", path: "/storefront/orders/{order_id}/receipt", tags, summary: "The receipt of an order, as a PDF", file: "application/pdf" } })
    .input(schema.orderReceiptInput)
    .output(answer(fileOutput))
    .mutation(({ ctx, input }) => getOrderReceipt(ctx.rt, input)),
});

/** For those who run the machine. */
export const salesRouter = router({
  get: member("machine:read")
    .meta({ route: { method: "GET", path: "/machines/{id}/sales", tags, summary: "Where a machine is sold from by phone, and whether it is" } })
    .input(machineIdInput)
    .output(answer(salesOutput))
    .query(({ ctx, input }) => getSales(ctx.rt, { organizationId: ctx.actor.organizationId }, input.id)),
  set: member("machine:configure")
    .meta({ route: { method: "PATCH", path: "/machines/{id}/sales", tags, summary: "Open or close a machine's storefront" } })
    .input(salesSetInput)
    .output(answer(salesOutput))
    .mutation(({ ctx, input }) => setSales(ctx.rt, ctx.actor, { organizationId: ctx.actor.organizationId }, input)),
});

export const adminSalesRouter = router({
  get: platform("platform:machines:read").input(machineIdInput).output(answer(salesOutput)).query(({ ctx, input }) => getSales(ctx.rt, "platform", input.id)),
  set: platform("platform:machines:write").input(salesSetInput).output(answer(salesOutput)).mutation(({ ctx, input }) => setSales(ctx.rt, ctx.actor, "platform", input)),
});
