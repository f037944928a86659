import type { z } from "zod";
import { leftAt, type Runway } from "#shared/billing/runway.ts";
import type { creditChartInput, creditChartOutput } from "#shared/billing/schema.ts";
import { notFound } from "#shared/errors.ts";
import type { MemberActor } from "#server/identity/actor.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { readBalance } from "./account-repository.ts";
import { readBuckets, readBurn } from "./chart-repository.ts";
import { runwayOf, spendableLots } from "./credits.ts";

const HOUR_S = 3_600;
const RANGES = {
  "24h": { seconds: HOUR_S, count: 24 },
  "7d": { seconds: 6 * HOUR_S, count: 28 },
  "30d": { seconds: 24 * HOUR_S, count: 30 },
} as const;
const FORECAST_MS = 30 * 24 * HOUR_S * 1_000;

/** Balance and spending in buckets (aligned to UTC), the forecast of what is on, and who burns. */
export async function getCreditChart(rt: Runtime, actor: Pick<MemberActor, "organizationId">, input: z.output<typeof creditChartInput>): Promise<z.output<typeof creditChartOutput>> {
  const { organizationId } = actor;
  const now = rt.clock.now();
  const { seconds, count } = RANGES[input.range];
  const bucketMs = seconds * 1_000;
  const since = new Date(Math.floor(now.getTime() / bucketMs) * bucketMs - (count - 1) * bucketMs);
  const [account, buckets, burn] = await Promise.all([readBalance(rt, organizationId), readBuckets(rt, organizationId, since, seconds, count), readBurn(rt, organizationId)]);
  if (!account) throw notFound("account");
  const { way, coming } = await runwayOf(rt, organizationId, account);
  return {
    bucketSeconds: seconds,
    points: pointsBack(account.balance, buckets, since, bucketMs, count),
    forecast: forecast(way, now.getTime()),
    lots: spendableLots(account).map(({ left, expiresAt }) => ({ left: left.toString(), expiresAt: expiresAt === null ? null : isoTime(expiresAt) })),
    coming: coming.map(({ at, perHour }) => ({ at: isoTime(at), perHour: perHour.toString() })),
    expiring: way.expiring.map(({ at, amount }) => ({ at: isoTime(at), amount: amount.toString() })),
    burn: burn.map((row) => ({ ...row, perHour: row.perHour.toString() })),
    burnPerHour: account.burn.toString(),
    runsOutAt: way.endsAt === null ? null : isoTime(way.endsAt),
  };
}

/** From the present balance backwards: so the line always ends where the account stands. */
function pointsBack(balance: bigint, buckets: readonly { nth: number; change: bigint; spent: bigint }[], since: Date, bucketMs: number, count: number) {
  const byNumber = new Map(buckets.map((bucket) => [bucket.nth, bucket]));
  const points: { at: string; balance: string; spent: string }[] = [];
  let closing = balance;
  for (let nth = count - 1; nth >= 0; nth -= 1) {
    const bucket = byNumber.get(nth);
    points.unshift({ at: new Date(since.getTime() + nth * bucketMs).toISOString(), balance: closing.toString(), spent: (bucket?.spent ?? 0n).toString() });
    closing -= bucket?.change ?? 0n;
  }
  return points;
}

/** Corners from now until the credits run out, or for 30 days. */
function forecast(way: Runway, now: number) {
  if (way.burns.every(({ perHour }) => perHour === 0n)) return [];
  const until = now + FORECAST_MS;
  const corners = way.points.filter((point) => point.at <= until);
  if (way.endsAt === null || way.endsAt > until) corners.push({ at: until, left: leftAt(way, until) });
  return corners.map(({ at, left }) => ({ at: isoTime(at), balance: left.toString() }));
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
