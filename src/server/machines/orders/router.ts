import * as schema from "#shared/machines/orders.ts";
import { answer, member, platform, router } from "#server/trpc/init.ts";
import { refundOrder } from "./order-refunds.ts";
import { getAnyOrder, getOrder, listOrders, listOrdersOfAll } from "./orders.ts";

export const ordersRouter = router({
  list: member("machine:read")
    .meta({ route: { method: "GET", path: "/machines/orders", tags: ["Orders"], summary: "Orders of the organization's machines, newest first" } })
    .input(schema.machineOrderListInput)
    .output(answer(schema.machineOrderListOutput))
    .query(({ ctx, input }) => listOrders(ctx.rt, ctx.actor, input)),
  get: member("machine:read")
    .meta({ route: { method: "GET", path: "/machines/orders/{id}", tags: ["Orders"], summary: "An order, with what its machine was told and said" } })
    .input(schema.orderIdInput)
    .output(answer(schema.machineOrderDetail))
    .query(({ ctx, input }) => getOrder(ctx.rt, ctx.actor, input)),
});

export const adminOrdersRouter = router({
  list: platform("platform:orders:read")
    .meta({ route: { method: "GET", path: "/admin/orders", tags: ["Orders"], summary: "Everybody's orders, newest first" } })
    .input(schema.adminOrderListInput)
    .output(answer(schema.adminOrderListOutput))
    .query(({ ctx, input }) => listOrdersOfAll(ctx.rt, input)),
  get: platform("platform:orders:read")
    .meta({ route: { method: "GET", path: "/admin/orders/{id}", tags: ["Orders"], summary: "One of everybody's orders" } })
    .input(schema.orderIdInput)
    .output(answer(schema.adminOrderDetail))
    .query(({ ctx, input }) => getAnyOrder(ctx.rt, input.id)),
  refund: platform("platform:orders:refund")
    .meta({ route: { method: "POST", path: "/admin/orders/{id}/refund", tags: ["Orders"], summary: "Give an order's money back, or part of it" } })
    .input(schema.orderRefundInput)
    .output(answer(schema.adminOrderDetail))
    .mutation(({ ctx, input }) => refundOrder(ctx.rt, ctx.actor, input)),
});
