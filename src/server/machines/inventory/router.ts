import * as refill from "#shared/machines/refills.ts";
import { machineIdInput } from "#shared/machines/schema.ts";
import * as stock from "#shared/machines/stock.ts";
import { answer, member, platform, router } from "#server/trpc/init.ts";
import { adjustStock, listMovements } from "./adjust.ts";
import { getStockOverview, listLowStock } from "./overview.ts";
import { getPickList } from "./pick-list.ts";
import { abandonRefill, confirmSlot, finishRefill, getRefill, listRefills, openRefill, startRefill } from "./refills.ts";

const tags = ["Stock"];

export const stockRouter = router({
  overview: member("machine:read")
    .meta({ route: { method: "GET", path: "/machines/{id}/stock", tags, summary: "How a machine's slots stand and how long what is in them lasts" } })
    .input(machineIdInput)
    .output(answer(stock.stockOverviewOutput))
    .query(({ ctx, input }) => getStockOverview(ctx.rt, { organizationId: ctx.actor.organizationId }, input.id)),
  low: member("machine:read")
    .meta({ route: { method: "GET", path: "/machines/stock", tags, summary: "Machines by what is to be filled, the emptiest first" } })
    .input(stock.lowStockInput)
    .output(answer(stock.lowStockOutput))
    .query(({ ctx, input }) => listLowStock(ctx.rt, { organizationId: ctx.actor.organizationId }, input)),
  movements: member("machine:read")
    .meta({ route: { method: "GET", path: "/machines/{id}/stock/movements", tags, summary: "Why a machine's counts are what they are, newest first" } })
    .input(stock.movementListInput)
    .output(answer(stock.movementListOutput))
    .query(({ ctx, input }) => listMovements(ctx.rt, { organizationId: ctx.actor.organizationId }, input)),
  adjust: member("machine:stock")
    .meta({ route: { method: "POST", path: "/machines/{id}/stock", tags, summary: "Count slots, correct them, or say what was thrown away" } })
    .input(stock.stockAdjustInput)
    .output(answer(stock.stockAdjustOutput))
    .mutation(({ ctx, input }) => adjustStock(ctx.rt, ctx.actor, { organizationId: ctx.actor.organizationId }, input)),
});

export const refillsRouter = router({
  pickList: member("machine:read")
    .meta({ route: { method: "GET", path: "/machines/pick_list", tags, summary: "What to bring to some machines, by product" } })
    .input(refill.pickListInput)
    .output(answer(refill.pickListOutput))
    .query(({ ctx, input }) => getPickList(ctx.rt, { organizationId: ctx.actor.organizationId }, input.machineIds)),
  list: member("machine:read")
    .meta({ route: { method: "GET", path: "/machines/{id}/refills", tags, summary: "A machine's refills, newest first" } })
    .input(refill.refillListInput)
    .output(answer(refill.refillListOutput))
    .query(({ ctx, input }) => listRefills(ctx.rt, { organizationId: ctx.actor.organizationId }, input)),
  open: member("machine:read")
    .meta({ route: { method: "GET", path: "/machines/{id}/refills/open", tags, summary: "Who is filling a machine just now" } })
    .input(refill.openRefillInput)
    .output(answer(refill.openRefillOutput))
    .query(({ ctx, input }) => openRefill(ctx.rt, ctx.actor, { organizationId: ctx.actor.organizationId }, input.id)),
  get: member("machine:read")
    .meta({ route: { method: "GET", path: "/machines/refills/{refill_id}", tags, summary: "A refill with what was confirmed" } })
    .input(refill.refillIdInput)
    .output(answer(refill.refillOutput))
    .query(({ ctx, input }) => getRefill(ctx.rt, { organizationId: ctx.actor.organizationId }, input.refillId)),
  start: member("machine:stock")
    .meta({ route: { method: "POST", path: "/machines/{id}/refills", tags, summary: "Begin to fill a machine, or go on" } })
    .input(refill.refillStartInput)
    .output(answer(refill.refillOutput))
    .mutation(({ ctx, input }) => startRefill(ctx.rt, ctx.actor, { organizationId: ctx.actor.organizationId }, input)),
  confirm: member("machine:stock")
    .meta({ route: { method: "PUT", path: "/machines/refills/{refill_id}/slots/{slot}", tags, summary: "Note what was done at one slot" } })
    .input(refill.refillConfirmInput)
    .output(answer(refill.refillOutput))
    .mutation(({ ctx, input }) => confirmSlot(ctx.rt, ctx.actor, { organizationId: ctx.actor.organizationId }, input)),
  finish: member("machine:stock")
    .meta({ route: { method: "POST", path: "/machines/refills/{refill_id}/finish", tags, summary: "All that was confirmed is in the slots" } })
    .input(refill.refillFinishInput)
    .output(answer(refill.refillOutput))
    .mutation(({ ctx, input }) => finishRefill(ctx.rt, ctx.actor, { organizationId: ctx.actor.organizationId }, input)),
  abandon: member("machine:stock")
    .meta({ route: { method: "POST", path: "/machines/refills/{refill_id}/abandon", tags, summary: "End a refill without any of it having counted" } })
    .input(refill.refillIdInput)
    .output(answer(refill.refillOutput))
    .mutation(({ ctx, input }) => abandonRefill(ctx.rt, ctx.actor, { organizationId: ctx.actor.organizationId }, input.refillId)),
});

const read = () => platform("platform:machines:read");
const write = () => platform("platform:machines:write");

export const adminStockRouter = router({
  overview: read().input(machineIdInput).output(answer(stock.stockOverviewOutput)).query(({ ctx, input }) => getStockOverview(ctx.rt, "platform", input.id)),
  low: read().input(stock.lowStockInput).output(answer(stock.lowStockOutput)).query(({ ctx, input }) => listLowStock(ctx.rt, "platform", input)),
  movements: read().input(stock.movementListInput).output(answer(stock.movementListOutput)).query(({ ctx, input }) => listMovements(ctx.rt, "platform", input)),
  adjust: write().input(stock.stockAdjustInput).output(answer(stock.stockAdjustOutput)).mutation(({ ctx, input }) => adjustStock(ctx.rt, ctx.actor, "platform", input)),
});

export const adminRefillsRouter = router({
  pickList: read().input(refill.pickListInput).output(answer(refill.pickListOutput)).query(({ ctx, input }) => getPickList(ctx.rt, "platform", input.machineIds)),
  list: read().input(refill.refillListInput).output(answer(refill.refillListOutput)).query(({ ctx, input }) => listRefills(ctx.rt, "platform", input)),
  open: read().input(refill.openRefillInput).output(answer(refill.openRefillOutput)).query(({ ctx, input }) => openRefill(ctx.rt, ctx.actor, "platform", input.id)),
  get: read().input(refill.refillIdInput).output(answer(refill.refillOutput)).query(({ ctx, input }) => getRefill(ctx.rt, "platform", input.refillId)),
  start: write().input(refill.refillStartInput).output(answer(refill.refillOutput)).mutation(({ ctx, input }) => startRefill(ctx.rt, ctx.actor, "platform", input)),
  confirm: write().input(refill.refillConfirmInput).output(answer(refill.refillOutput)).mutation(({ ctx, input }) => confirmSlot(ctx.rt, ctx.actor, "platform", input)),
  finish: write().input(refill.refillFinishInput).output(answer(refill.refillOutput)).mutation(({ ctx, input }) => finishRefill(ctx.rt, ctx.actor, "platform", input)),
  abandon: write().input(refill.refillIdInput).output(answer(refill.refillOutput)).mutation(({ ctx, input }) => abandonRefill(ctx.rt, ctx.actor, "platform", input.refillId)),
});
