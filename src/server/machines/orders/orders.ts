import { z } from "zod";
import { AppError, notFound } from "#shared/errors.ts";
import { isId } from "#shared/ids.ts";
import type { adminOrderDetail, adminOrderListInput, adminOrderListOutput, machineOrderDetail, machineOrderListInput, machineOrderListOutput, machineOrderOutput } from "#shared/machines/orders.ts";
import { pagination } from "#shared/schema.ts";
import type { MemberActor, Scope } from "#server/identity/actor.ts";
import { namesOfOrganizations, namesOfUsers } from "#server/identity/directory.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { detailedOrder, type DetailedOrderRow, orderPage, orderPageOfAll } from "./order-list-repository.ts";
import { toOrderOutput } from "./order-output.ts";
import { type OrderRow, underWayAmong } from "./order-repository.ts";

/** Orders of the organization's machines, the newest first. @throws AppError INVALID_REQUEST when the cursor is not one of ours */
export async function listOrders(rt: Runtime, actor: Pick<MemberActor, "organizationId">, input: z.output<typeof machineOrderListInput>): Promise<z.output<typeof machineOrderListOutput>> {
  const { cursor, limit } = input;
  if (cursor !== undefined && !isId("order", cursor)) throw new AppError("INVALID_REQUEST", undefined, { details: [{ field: "cursor", message: "is not one of this list" }] });
  const rows = await orderPage(rt, actor.organizationId, input, cursor, limit + 1);
  const page = rows.slice(0, limit);
  const now = rt.clock.now();
  return { data: page.map((row) => toMachineOrder(row, now)), nextCursor: rows.length > limit ? (page.at(-1)?.id ?? null) : null };
}

/** One of them, with what its machine was told and said. @throws AppError NOT_FOUND, also for another organization's */
export async function getOrder(rt: Runtime, actor: Pick<MemberActor, "organizationId">, input: { id: string }): Promise<z.output<typeof machineOrderDetail>> {
  return toDetail(await detailOf(rt, { organizationId: actor.organizationId }, input.id), rt.clock.now());
}

/** Everybody's orders, the newest first. Callers check a platform permission. */
export async function listOrdersOfAll(rt: Runtime, input: z.output<typeof adminOrderListInput>): Promise<z.output<typeof adminOrderListOutput>> {
  const { rows, total } = await orderPageOfAll(rt, input, (input.page - 1) * input.limit, input.limit);
  const names = await namesOfOrganizations(rt, [...new Set(rows.map((row) => row.organizationId))]);
  const now = rt.clock.now();
  return { data: rows.map((row) => ({ ...toMachineOrder(row, now), organizationName: names.get(row.organizationId) ?? "" })), pagination: pagination(input, total) };
}

/** One of everybody's orders. Callers check a platform permission. @throws AppError NOT_FOUND */
export async function getAnyOrder(rt: Runtime, id: string): Promise<z.output<typeof adminOrderDetail>> {
  const row = await detailOf(rt, "platform", id);
  const [organizations, users] = await Promise.all([namesOfOrganizations(rt, [row.organizationId]), namesOfUsers(rt, row.buyerId === null ? [] : [row.buyerId])]);
  const { providerRef, paymentRef, buyerId } = row;
  return {
    ...toDetail(row, rt.clock.now()),
    organizationName: organizations.get(row.organizationId) ?? "",
    providerRef,
    paymentRef,
    buyer: buyerId === null ? null : { userId: buyerId, name: users.get(buyerId) ?? "" },
    refundable: { credits: row.payment === "credits" ? (row.captured - row.refunded).toString() : "0", minor: row.capturedMinor - row.refundedMinor },
  };
}

/** Which of these orders still have to be settled: what is held for them is not left over. */
export async function ordersToSettle(rt: Runtime, ids: readonly string[]): Promise<Set<string>> {
  return new Set(ids.length > 0 ? await underWayAmong(rt, ids) : []);
}

async function detailOf(rt: Runtime, scope: Scope, id: string): Promise<DetailedOrderRow> {
  const row = await detailedOrder(rt, scope, id);
  if (!row) throw notFound("order");
  return row;
}

function toMachineOrder(row: OrderRow, now: Date): z.output<typeof machineOrderOutput> {
  const { checkoutUrl: _page, ...order } = toOrderOutput(row, now);
  const { machineId, organizationId, provider, disputed } = row;
  return { ...order, machineId, organizationId, provider, disputed };
}

const lateWord = z.object({ phase: z.string(), code: z.string().nullable(), at: z.string() });

function toDetail(row: DetailedOrderRow, now: Date): z.output<typeof machineOrderDetail> {
  const order = toMachineOrder(row, now);
  return {
    ...order,
    lines: order.lines.flatMap((line, index) => {
      const stored = row.lines[index];
      if (!stored) return [];
      const [command] = stored.commands;
      return [
        {
          ...line,
          productId: stored.productId,
          sku: stored.sku,
          endedAt: stored.endedAt?.toISOString() ?? null,
          command: command
            ? {
                id: command.id,
                state: command.state,
                code: command.code,
                late: lateWord.nullable().catch(null).parse(command.late),
                createdAt: command.createdAt.toISOString(),
                sentAt: command.sentAt?.toISOString() ?? null,
                acceptedAt: command.acceptedAt?.toISOString() ?? null,
                endedAt: command.endedAt?.toISOString() ?? null,
              }
            : null,
        },
      ];
    }),
  };
}
