import type { MeterSpan } from "#server/infra/prisma/client.ts";
import { dueOf, HOUR_MS, hourStart, type MeteredSpan, unrecorded } from "../metering-hours.ts";
import { policyOf } from "../metering-repository.ts";
import type { CutSpan, PriceStretch } from "./span-price-repository.ts";

export type SpanPart = Omit<CutSpan, "id"> & { startedAt: Date };

/**
 * The spans that one becomes. An hour belongs to the stretch that it began in, so no hour belongs to two of them; what is recorded stays as it is.
 */
export function spanParts(row: MeterSpan, stretches: readonly PriceStretch[]): SpanPart[] {
  const goneAt = stretches[0]?.goneAt ?? null;
  const span: MeteredSpan = { ...row, policy: policyOf(row.policy), goneAt };
  const next = unrecorded(span);
  return stretches.map(({ startsAt, pricePerHour, priceIds, policy }, index) => {
    const cutAt = stretches[index + 1]?.startsAt ?? null;
    const stretch: MeteredSpan = { ...span, policy: policyOf(policy), startedAt: startsAt, endedAt: cutAt ?? row.endedAt };
    const hour = next && laterOf(next, index === 0 ? next : hourFrom(row.anchorAt, startsAt));
    const over = hour === null || (cutAt !== null && hour >= hourFrom(row.anchorAt, cutAt));
    return { startedAt: startsAt, endedAt: stretch.endedAt, dueAt: over ? null : dueOf(stretch, hour), pricePerHour, priceIds, policy: { ...stretch.policy } };
  });
}

/** The first hour that begins at `time` or later. */
function hourFrom(anchorAt: Date, time: Date): Date {
  const begun = hourStart(anchorAt, time);
  return begun < time ? new Date(begun.getTime() + HOUR_MS) : begun;
}

function laterOf(a: Date, b: Date): Date {
  return a < b ? b : a;
}
