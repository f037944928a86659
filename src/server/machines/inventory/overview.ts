import type { z } from "zod";
import { notFound } from "#shared/errors.ts";
import type { MachineStatus } from "#shared/machines/states.ts";
import { type Cover, FORECAST_DAYS, LOW_SHARE, type lowStockInput, type lowStockOutput, stockLevel, type StockOverview } from "#shared/machines/stock.ts";
import { pagination } from "#shared/schema.ts";
import type { Scope } from "#server/identity/actor.ts";
import { namesOfOrganizations, namesOfUsers } from "#server/identity/directory.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { findMachine } from "../machines-repository.ts";
import { coverOf, localDay, weekdayWeights } from "./forecast.ts";
import { findOpenRefills } from "./refill-repository.ts";
import { findDaySales, findMachinesByNeed, findSlotSales, type SlotSalesRow } from "./sales-repository.ts";

const DAY_MS = 86_400_000;

interface SlotCover extends Cover {
  row: SlotSalesRow;
}

/** How each slot of a machine stands and how long it lasts. @throws AppError NOT_FOUND */
export async function getStockOverview(rt: Runtime, scope: Scope, id: string): Promise<StockOverview> {
  const machine = await findMachine(rt.db.prisma, scope, id);
  if (!machine) throw notFound("machine");
  const covers = (await coversOf(rt, [{ machineId: id, timezone: machine.timezone }])).get(id) ?? [];
  const levels = covers.map(({ row }) => stockLevel(row));
  return {
    slots: covers.map(({ row, ...cover }) => ({ slot: row.slot, ...cover })),
    machine: {
      firstEmptyDays: firstEmpty(covers),
      perDay: Math.round(covers.reduce((sum, cover) => sum + (cover.perDay ?? 0), 0) * 10) / 10,
      empty: levels.filter((level) => level === "empty").length,
      low: levels.filter((level) => level === "low").length,
      uncertain: covers.filter(({ row }) => row.uncertain).length,
    },
  };
}

/** Machines in service by what is to be done at them, the emptiest first. */
export async function listLowStock(rt: Runtime, scope: Scope, input: z.output<typeof lowStockInput>): Promise<z.output<typeof lowStockOutput>> {
  const organizationId = scope === "platform" ? null : scope.organizationId;
  const rows = await findMachinesByNeed(rt, { organizationId, search: input.search || undefined, lowShare: LOW_SHARE, limit: input.limit, offset: (input.page - 1) * input.limit });
  const ids = rows.map((row) => row.machineId);
  const [covers, names, refills] = await Promise.all([coversOf(rt, rows), namesOfOrganizations(rt, [...new Set(rows.map((row) => row.organizationId))]), findOpenRefills(rt, ids)]);
  const users = await namesOfUsers(rt, [...refills.values()].map((refill) => refill.userId));
  return {
    data: rows.map(({ timezone: _timezone, organizationId: owner, total: _total, status, ...row }) => {
      const refill = refills.get(row.machineId);
      return {
        ...row,
        // The query asks for these two statuses alone.
        status: status as MachineStatus,
        organizationName: names.get(owner) ?? "",
        firstEmptyDays: firstEmpty(covers.get(row.machineId) ?? []),
        openRefill: refill ? { userId: refill.userId, userName: users.get(refill.userId) ?? "", startedAt: refill.startedAt.toISOString() } : null,
      };
    }),
    pagination: pagination(input, rows[0]?.total ?? 0),
  };
}

async function coversOf(rt: Runtime, machines: readonly { machineId: string; timezone: string }[]): Promise<Map<string, SlotCover[]>> {
  if (machines.length === 0) return new Map();
  const now = rt.clock.now();
  const from = new Date(now.getTime() - FORECAST_DAYS * DAY_MS);
  const ids = machines.map((machine) => machine.machineId);
  const [slots, days] = await Promise.all([findSlotSales(rt, ids, from), findDaySales(rt, ids, from)]);
  const bySlot = Map.groupBy(slots, (row) => row.machineId);
  const byDay = Map.groupBy(days, (row) => row.machineId);
  return new Map(
    machines.map(({ machineId, timezone }) => {
      const rows = bySlot.get(machineId) ?? [];
      const local = localDay(now, timezone);
      const oldest = Math.min(now.getTime(), ...rows.flatMap((row) => row.since?.getTime() ?? []));
      const weights = weekdayWeights(byDay.get(machineId) ?? [], local.day, Math.floor((now.getTime() - oldest) / DAY_MS));
      return [machineId, rows.map((row) => ({ row, ...coverOf(row, now, local, weights) }))];
    }),
  );
}

function firstEmpty(covers: readonly SlotCover[]): number | null {
  const days = covers.flatMap((cover) => cover.days ?? []);
  return days.length > 0 ? Math.min(...days) : null;
}
