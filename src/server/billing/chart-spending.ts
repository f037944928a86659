import type { z } from "zod";
import type { creditSpendingOutput } from "#shared/billing/schema.ts";
import type { MemberActor } from "#server/identity/actor.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { readSpending, type SpendingRow } from "./chart-repository.ts";

type Spending = z.output<typeof creditSpendingOutput>;

const DAY_MS = 86_400_000;
/** Days that are shown by resource, today included. */
const SHOWN_DAYS = 30;
/** Resources that are told apart. */
const TOP = 8;

/** What was used on each day by which resource, and this month against the last, both up to the same moment. Days and months are those of UTC, as in prices and statements. */
export async function getSpending(rt: Runtime, actor: Pick<MemberActor, "organizationId">): Promise<Spending> {
  const now = rt.clock.now();
  const today = now.getTime() - (now.getTime() % DAY_MS);
  const month = Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 1);
  const lastMonth = Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - 1, 1);
  const rankedFrom = today - (SHOWN_DAYS - 1) * DAY_MS;
  const since = Math.min(lastMonth, rankedFrom);
  // The 31st of March compares with all of February.
  const until = Math.min(lastMonth + (now.getTime() - month), month);
  const rows = await readSpending(rt, actor.organizationId, { since: new Date(since), rankedFrom: new Date(rankedFrom), until: new Date(until), top: TOP });
  const resources = resourcesOf(rows);
  const byDay = Map.groupBy(rows, (row) => row.day);
  const sum = (from: number, to: number, amount: (row: SpendingRow) => bigint) =>
    rows.reduce((total, row) => (row.day >= dayOf(from) && row.day < dayOf(to) ? total + amount(row) : total), 0n).toString();
  return {
    resources,
    days: Array.from({ length: Math.round((today - since) / DAY_MS) + 1 }, (_, nth) => {
      const day = dayOf(since + nth * DAY_MS);
      const used = byDay.get(day) ?? [];
      const of = (id: string | null) => (used.find((row) => row.resourceId === id)?.amount ?? 0n).toString();
      return { day, total: used.reduce((total, row) => total + row.amount, 0n).toString(), amounts: resources.map(({ id }) => of(id)), other: of(null) };
    }),
    shownFrom: dayOf(rankedFrom),
    month: {
      start: dayOf(month),
      lastStart: dayOf(lastMonth),
      soFar: sum(month, today + DAY_MS, (row) => row.amount),
      lastSoFar: sum(lastMonth, month, (row) => row.early),
      lastTotal: sum(lastMonth, month, (row) => row.amount),
    },
  };
}

/** The dearest first. */
function resourcesOf(rows: readonly SpendingRow[]): Spending["resources"] {
  const found = new Map<number, Spending["resources"][number]>();
  for (const { place, resourceId, resourceName, resourceType } of rows) {
    if (place !== null && resourceId !== null) found.set(place, { id: resourceId, name: resourceName ?? resourceId, type: resourceType ?? "" });
  }
  return [...found].toSorted(([one], [other]) => one - other).map(([, resource]) => resource);
}

function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}
