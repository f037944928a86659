import type { z } from "zod";
import type { adminOrderDetail, adminOrderOutput, machineOrderDetail, machineOrderOutput } from "#shared/machines/orders.ts";

/** What the API answers with, as the components use it. */
export type Order = z.infer<typeof machineOrderOutput>;
export type OrderDetail = z.infer<typeof machineOrderDetail>;
export type AdminOrder = z.infer<typeof adminOrderOutput>;
export type AdminOrderDetail = z.infer<typeof adminOrderDetail>;
export type OrderLine = OrderDetail["lines"][number];
