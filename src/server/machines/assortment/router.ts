import * as schema from "#shared/machines/assortment.ts";
import { organizationScopedInput, productOutput } from "#shared/machines/schema.ts";
import { answer, member, platform, router } from "#server/trpc/init.ts";
import { createProduct } from "../products.ts";
import { archiveProduct, listAssortment, setPrices, updateProduct } from "./assortment.ts";

const tags = ["Products"];

export const assortmentRouter = router({
  list: member("machine:read")
    .meta({ route: { method: "GET", path: "/products", tags, summary: "What the organization sells in its machines, and where" } })
    .output(answer(schema.assortmentOutput))
    .query(({ ctx }) => listAssortment(ctx.rt, ctx.actor.organizationId)),
  create: member("machine:configure")
    .meta({ route: { method: "POST", path: "/products", successStatus: 201, tags, summary: "A new product" } })
    .input(schema.memberProductCreateInput)
    .output(answer(productOutput))
    .mutation(({ ctx, input }) => createProduct(ctx.rt, ctx.actor, { ...input, organizationId: ctx.actor.organizationId })),
  update: member("machine:configure")
    .meta({ route: { method: "PATCH", path: "/products/{id}", tags, summary: "Change a product; the machines that have it are told" } })
    .input(schema.productUpdateInput)
    .output(answer(schema.assortmentItemOutput))
    .mutation(({ ctx, input }) => updateProduct(ctx.rt, ctx.actor, { organizationId: ctx.actor.organizationId }, input)),
  archive: member("machine:configure")
    .meta({ route: { method: "PUT", path: "/products/{id}/archived", tags, summary: "Take a product out of sale everywhere, or put it back" } })
    .input(schema.productArchiveInput)
    .output(answer(schema.assortmentItemOutput))
    .mutation(({ ctx, input }) => archiveProduct(ctx.rt, ctx.actor, { organizationId: ctx.actor.organizationId }, input)),
  setPrices: member("machine:configure")
    .meta({ route: { method: "PUT", path: "/products/{id}/prices", tags, summary: "One price for a product in many machines" } })
    .input(schema.slotPricesInput)
    .output(answer(schema.slotPricesOutput))
    .mutation(({ ctx, input }) => setPrices(ctx.rt, ctx.actor, { organizationId: ctx.actor.organizationId }, input)),
});

export const adminAssortmentRouter = router({
  list: platform("platform:machines:read")
    .input(organizationScopedInput)
    .output(answer(schema.assortmentOutput))
    .query(({ ctx, input }) => listAssortment(ctx.rt, input.organizationId)),
  update: platform("platform:machines:write")
    .input(schema.productUpdateInput)
    .output(answer(schema.assortmentItemOutput))
    .mutation(({ ctx, input }) => updateProduct(ctx.rt, ctx.actor, "platform", input)),
  archive: platform("platform:machines:write")
    .input(schema.productArchiveInput)
    .output(answer(schema.assortmentItemOutput))
    .mutation(({ ctx, input }) => archiveProduct(ctx.rt, ctx.actor, "platform", input)),
  setPrices: platform("platform:machines:write")
    .input(schema.slotPricesInput)
    .output(answer(schema.slotPricesOutput))
    .mutation(({ ctx, input }) => setPrices(ctx.rt, ctx.actor, "platform", input)),
});
