import { z } from "zod";
import * as prices from "#shared/billing/prices.ts";
import * as schema from "#shared/compute/catalog.ts";
import { pageOf } from "#shared/schema.ts";
import { answer, member, platform, router } from "#server/trpc/init.ts";
import { createImage, listImages, updateImage } from "./images.ts";
import { listPrices, previewPrice, schedulePrice, withdrawPrice } from "./price-changes.ts";
import { listPlaces } from "./places.ts";
import { createPlan, listPlans, updatePlan } from "./plans.ts";
import { createPool, listPoolAddresses, listPools, removePool, updatePool } from "./pools.ts";
import { getQuota } from "./quota.ts";
import { listQuotas, setQuota } from "./quotas.ts";
import { createRegion, listRegions, removeUnusedRegion, updateRegion } from "./regions.ts";
import { createUpgrade, listUpgrades, updateUpgrade } from "./upgrades.ts";

const read = () => platform("platform:catalog:read");
const write = () => platform("platform:catalog:write");

type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

function admin(method: Method, path: string, summary: string) {
  const successStatus = method === "POST" ? 201 : method === "DELETE" ? 204 : 200;
  return { route: { method, path: `/admin${path}`, successStatus, tags: ["Administration: catalog"], summary } } as const;
}

const nothing = answer(z.void());

/** What is for sale, and where: administrators' side. Things that VMs may refer to are archived, not deleted. */
export const catalogAdminRouter = router({
  places: read().output(answer(schema.placeListOutput)).query(({ ctx }) => listPlaces(ctx.rt)),

  plans: router({
    list: read().meta(admin("GET", "/plans", "Plans, archived ones too")).output(answer(schema.planListOutput)).query(({ ctx }) => listPlans(ctx.rt)),
    create: write().meta(admin("POST", "/plans", "Add a plan")).input(schema.planCreateInput).output(answer(schema.planAdminOutput)).mutation(({ ctx, input }) => createPlan(ctx.rt, ctx.actor, input)),
    update: write()
      .meta(admin("PATCH", "/plans/{id}", "Change what new VMs of a plan get; its price has a time of its own"))
      .input(schema.planUpdateInput)
      .output(answer(schema.planAdminOutput))
      .mutation(({ ctx, input }) => updatePlan(ctx.rt, ctx.actor, input)),
    archive: write()
      .meta(admin("DELETE", "/plans/{id}", "Archive a plan: it is no longer for sale"))
      .input(schema.planIdInput)
      .output(nothing)
      .mutation(async ({ ctx, input }) => void (await updatePlan(ctx.rt, ctx.actor, { id: input.id, active: false }))),
  }),

  upgrades: router({
    list: read().meta(admin("GET", "/upgrades", "Upgrades, archived ones too")).output(answer(schema.upgradeListOutput)).query(({ ctx }) => listUpgrades(ctx.rt)),
    create: write().meta(admin("POST", "/upgrades", "Add an upgrade")).input(schema.upgradeCreateInput).output(answer(schema.upgradeAdminOutput)).mutation(({ ctx, input }) => createUpgrade(ctx.rt, ctx.actor, input)),
    update: write().meta(admin("PATCH", "/upgrades/{id}", "Change an upgrade")).input(schema.upgradeUpdateInput).output(answer(schema.upgradeAdminOutput)).mutation(({ ctx, input }) => updateUpgrade(ctx.rt, ctx.actor, input)),
    archive: write()
      .meta(admin("DELETE", "/upgrades/{id}", "Archive an upgrade"))
      .input(schema.upgradeIdInput)
      .output(nothing)
      .mutation(async ({ ctx, input }) => void (await updateUpgrade(ctx.rt, ctx.actor, { id: input.id, active: false }))),
  }),

  prices: router({
    list: read().meta(admin("GET", "/prices/{subject_id}", "All prices of a plan or an upgrade, past and to come")).input(prices.priceListInput).output(answer(prices.priceListOutput)).query(({ ctx, input }) => listPrices(ctx.rt, input.subjectId)),
    preview: write()
      .meta({ route: { ...admin("POST", "/prices/{subject_id}/preview", "What a price would change for what customers have").route, successStatus: 200 } })
      .input(prices.priceScheduleInput)
      .output(answer(prices.pricePreviewOutput))
      .query(({ ctx, input }) => previewPrice(ctx.rt, input)),
    schedule: write()
      .meta(admin("POST", "/prices/{subject_id}", "Change the price of a plan or an upgrade from a time on"))
      .input(prices.priceScheduleInput)
      .output(answer(prices.priceVersionOutput))
      .mutation(({ ctx, input }) => schedulePrice(ctx.rt, ctx.actor, input)),
    withdraw: write()
      .meta({ route: { ...admin("POST", "/prices/{subject_id}/withdraw", "Take back a price that is not in effect yet").route, successStatus: 204 } })
      .input(prices.priceWithdrawInput)
      .output(nothing)
      .mutation(({ ctx, input }) => withdrawPrice(ctx.rt, ctx.actor, input)),
  }),

  images: router({
    list: read().meta(admin("GET", "/templates", "Images, archived ones too")).output(answer(schema.imageListOutput)).query(({ ctx }) => listImages(ctx.rt)),
    create: write().meta(admin("POST", "/templates", "Add an image")).input(schema.imageCreateInput).output(answer(schema.imageAdminOutput)).mutation(({ ctx, input }) => createImage(ctx.rt, ctx.actor, input)),
    update: write()
      .meta(admin("PATCH", "/templates/{id}", "Change an image, and what it is called on each host"))
      .input(schema.imageUpdateInput)
      .output(answer(schema.imageAdminOutput))
      .mutation(({ ctx, input }) => updateImage(ctx.rt, ctx.actor, input)),
    archive: write()
      .meta(admin("DELETE", "/templates/{id}", "Archive an image"))
      .input(schema.imageIdInput)
      .output(nothing)
      .mutation(async ({ ctx, input }) => void (await updateImage(ctx.rt, ctx.actor, { id: input.id, active: false }))),
  }),

  regions: router({
    list: read().meta(admin("GET", "/regions", "Regions and what stands in them")).output(answer(schema.regionListOutput)).query(({ ctx }) => listRegions(ctx.rt)),
    create: write().meta(admin("POST", "/regions", "Add a region")).input(schema.regionCreateInput).output(answer(schema.regionAdminOutput)).mutation(({ ctx, input }) => createRegion(ctx.rt, ctx.actor, input)),
    update: write().meta(admin("PATCH", "/regions/{id}", "Rename or move a region in the list")).input(schema.regionUpdateInput).output(answer(schema.regionAdminOutput)).mutation(({ ctx, input }) => updateRegion(ctx.rt, ctx.actor, input)),
    remove: write()
      .meta(admin("DELETE", "/regions/{id}", "Remove a region that nothing ever stood in"))
      .input(schema.regionIdInput)
      .output(nothing)
      .mutation(({ ctx, input }) => removeUnusedRegion(ctx.rt, ctx.actor, input.id)),
  }),

  quotas: router({
    list: read().meta(admin("GET", "/quotas", "Each tier's limits")).output(answer(schema.quotaListOutput)).query(({ ctx }) => listQuotas(ctx.rt)),
    set: write().meta(admin("PUT", "/quotas/{tier}", "Set a tier's limits")).input(schema.quotaSetInput).output(answer(schema.quotaAdminOutput)).mutation(({ ctx, input }) => setQuota(ctx.rt, ctx.actor, input)),
  }),

  pools: router({
    list: read().meta(admin("GET", "/ip_pools", "Address pools with their use")).output(answer(schema.poolListOutput)).query(({ ctx }) => listPools(ctx.rt)),
    addresses: read()
      .meta(admin("GET", "/ip_pools/{id}/addresses", "Which VM has which address"))
      .input(schema.poolAddressesInput)
      .output(answer(pageOf(schema.addressOutput)))
      .query(({ ctx, input }) => listPoolAddresses(ctx.rt, input)),
    create: write().meta(admin("POST", "/ip_pools", "Add an address pool")).input(schema.poolCreateInput).output(answer(schema.poolOutput)).mutation(({ ctx, input }) => createPool(ctx.rt, ctx.actor, input)),
    update: write().meta(admin("PATCH", "/ip_pools/{id}", "Change an address pool")).input(schema.poolUpdateInput).output(answer(schema.poolOutput)).mutation(({ ctx, input }) => updatePool(ctx.rt, ctx.actor, input)),
    remove: write()
      .meta(admin("DELETE", "/ip_pools/{id}", "Remove an address pool that no VM has an address of"))
      .input(schema.poolIdInput)
      .output(nothing)
      .mutation(({ ctx, input }) => removePool(ctx.rt, ctx.actor, input.id)),
  }),
});

/** The caller's quota. */
export const quotaProcedure = member("vm:read")
  .meta({ route: { method: "GET", path: "/quota", tags: ["Virtual machines"], summary: "What your organization has and may have" } })
  .output(answer(schema.quotaOutput))
  .query(({ ctx }) => getQuota(ctx.rt, ctx.actor));
