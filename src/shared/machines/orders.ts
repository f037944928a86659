import { z } from "zod";
import { cursorInput, cursorOf, id, micro, pageInput, pageOf, timestamp } from "../schema.ts";
import { ORDER_STATUSES, PAYMENT_STATES } from "./states.ts";
import { orderLineOutput, orderOutput } from "./storefront.ts";

/** Orders as those see them who run the machines. */

/** Of a piece: what the machine was told, and what it said. */
const command = z.object({
  id: z.string(),
  state: z.string(),
  code: z.string().nullable(),
  late: z.object({ phase: z.string(), code: z.string().nullable(), at: timestamp }).nullable().describe("what the machine said when the piece had its end already"),
  createdAt: timestamp,
  sentAt: timestamp.nullable(),
  acceptedAt: timestamp.nullable(),
  endedAt: timestamp.nullable(),
});

export const machineOrderOutput = orderOutput.omit({ checkoutUrl: true }).extend({ machineId: z.string(), organizationId: z.string(), provider: z.string().nullable(), disputed: z.boolean() });
export const machineOrderDetail = machineOrderOutput.extend({ lines: z.array(orderLineOutput.extend({ productId: z.string(), sku: z.string(), endedAt: timestamp.nullable(), command: command.nullable() })) });

export const machineOrderListInput = cursorInput.extend({ machineId: id("machine").optional(), status: z.enum(ORDER_STATUSES).optional() });
export const machineOrderListOutput = cursorOf(machineOrderOutput);
export const orderIdInput = z.object({ id: id("order") });

export const adminOrderOutput = machineOrderOutput.extend({ organizationName: z.string() });
export const adminOrderDetail = machineOrderDetail.extend({
  organizationName: z.string(),
  providerRef: z.string().nullable(),
  paymentRef: z.string().nullable(),
  buyer: z.object({ userId: z.string(), name: z.string() }).nullable().describe("null: a guest"),
  refundable: z.object({ credits: micro, minor: z.number().int() }).describe("what is left to be given back by hand"),
});
export const adminOrderListInput = pageInput.extend({
  status: z.enum(ORDER_STATUSES).optional(),
  paymentState: z.enum(PAYMENT_STATES).optional(),
  machineId: z.string().max(64).optional(),
  search: z.string().trim().max(100).optional().describe("an order's id, a receipt's number, or the provider's id of the payment"),
});
export const adminOrderListOutput = pageOf(adminOrderOutput);

export const orderRefundInput = z.object({
  id: id("order"),
  amount: micro
    .refine((value) => BigInt(value) > 0n, { error: "must be more than zero" })
    .optional()
    .describe("of a payment in credits: micro-credits; absent: all that is left"),
  amountMinor: z.number().int().min(1).max(99_999_999).optional().describe("of a payment by card: in the currency's smallest unit; absent: all that is left"),
  reason: z.string().trim().min(3, { error: "must say why, in at least 3 characters" }).max(200),
  /** made by the form; a repetition refunds once */
  idempotencyKey: z.uuid(),
});
