import { z } from "zod";
import * as schema from "#shared/machines/assortment.ts";
import * as pricing from "#shared/machines/price-changes.ts";
import { organizationScopedInput, productOutput } from "#shared/machines/schema.ts";
import { answer, member, platform, router } from "#server/trpc/init.ts";
import { changePrices, previewPrices } from "../pricing/price-changes.ts";
import { createProduct, listProducts } from "../products.ts";
import { archiveProduct, listAssortment, setPrices, updateProduct } from "./assortment.ts";

const tags = ["Products"];
const productChoices = z.object({ data: z.array(productOutput) });

export const assortmentRouter = router({
  list: member("machine:read")
    .meta({ route: { method: "GET", path: "/products", tags, summary: "What the organization sells in its machines, and where" } })
    .input(schema.assortmentListInput)
    .output(answer(schema.assortmentOutput))
    .query(({ ctx, input }) => listAssortment(ctx.rt, ctx.actor.organizationId, input)),
  /** what can be put into a slot, or be given another price: all that is sold */
  choices: member("machine:read")
    .output(answer(productChoices))
    .query(({ ctx }) => listProducts(ctx.rt, ctx.actor.organizationId)),
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
  /** a mutation for its size alone: hundreds of ids do not fit into an address */
  previewPrices: member("machine:configure")
    .meta({ route: { method: "POST", path: "/products/prices/preview", tags, summary: "What a change of many prices would do" } })
    .input(pricing.priceChangeInput)
    .output(answer(pricing.pricePreviewOutput))
    .mutation(({ ctx, input }) => previewPrices(ctx.rt, ctx.actor.organizationId, input)),
  changePrices: member("machine:configure")
    .meta({ route: { method: "POST", path: "/products/prices", tags, summary: "Change many prices, as a preview showed them; the machines are told" } })
    .input(pricing.priceApplyInput)
    .output(answer(pricing.priceApplyOutput))
    .mutation(({ ctx, input }) => changePrices(ctx.rt, ctx.actor, ctx.actor.organizationId, input)),
});

export const adminAssortmentRouter = router({
  list: platform("platform:machines:read")
    .input(schema.assortmentListInput.extend(organizationScopedInput.shape))
    .output(answer(schema.assortmentOutput))
    .query(({ ctx, input }) => listAssortment(ctx.rt, input.organizationId, input)),
  choices: platform("platform:machines:read")
    .input(organizationScopedInput)
    .output(answer(productChoices))
    .query(({ ctx, input }) => listProducts(ctx.rt, input.organizationId)),
  create: platform("platform:machines:write")
    .input(schema.memberProductCreateInput.extend(organizationScopedInput.shape))
    .output(answer(productOutput))
    .mutation(({ ctx, input }) => createProduct(ctx.rt, ctx.actor, input)),
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
  previewPrices: platform("platform:machines:write")
    .input(pricing.priceChangeInput.extend(organizationScopedInput.shape))
    .output(answer(pricing.pricePreviewOutput))
    .mutation(({ ctx, input: { organizationId, ...change } }) => previewPrices(ctx.rt, organizationId, change)),
  changePrices: platform("platform:machines:write")
    .input(pricing.priceApplyInput.extend(organizationScopedInput.shape))
    .output(answer(pricing.priceApplyOutput))
    .mutation(({ ctx, input: { organizationId, ...change } }) => changePrices(ctx.rt, ctx.actor, organizationId, change)),
});
