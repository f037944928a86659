const HOUR_MS = 3_600_000;
/** Runways beyond this are as good as endless. */
const HORIZON_MS = 100 * 365 * 24 * HOUR_MS;

/** Credits that came in together, as far as they are free to be spent. */
export interface RunwayLot {
  /** micro-credits */
  left: bigint;
  /** ms since 1970; null: they don't expire */
  expiresAt: number | null;
}

export interface Runway {
  /** Corners of the line, in order: between two of them it is straight. Where credits expire there are two at one moment. */
  points: { at: number; left: bigint }[];
  /** when nothing is left; null: that is not within a hundred years, or nothing burns */
  endsAt: number | null;
  /** what expires unspent before the end */
  expiring: { at: number; amount: bigint }[];
}

/**
 * How far credits reach at a burn: they are spent in the order of `lots`, and what is not spent when it expires is gone.
 * @param perHour micro-credits an hour
 */
export function runway(now: number, lots: readonly RunwayLot[], perHour: bigint): Runway {
  const open = lots.filter((lot) => lot.left > 0n && (lot.expiresAt === null || lot.expiresAt > now)).map((lot) => ({ ...lot }));
  let at = now;
  let left = sum(open);
  const points = [{ at, left }];
  const expiring: Runway["expiring"] = [];
  for (const end of expiriesOf(open)) {
    const burnt = (perHour * BigInt(end - at)) / BigInt(HOUR_MS);
    if (burnt >= left) break;
    take(open, burnt);
    const lost = sum(open.filter((lot) => lot.expiresAt === end));
    at = end;
    left -= burnt;
    if (lost === 0n) continue;
    points.push({ at, left }, { at, left: left - lost });
    expiring.push({ at, amount: lost });
    left -= lost;
    for (const lot of open) if (lot.expiresAt === end) lot.left = 0n;
  }
  const empty = perHour <= 0n ? null : at + Number((left * BigInt(HOUR_MS)) / perHour);
  const endsAt = empty === null || empty - now > HORIZON_MS ? null : empty;
  if (endsAt !== null && endsAt > at) points.push({ at: endsAt, left: 0n });
  return { points, endsAt, expiring };
}

/** What is left at a moment: of the two values where credits expire, the one after it. */
export function leftAt({ points }: Pick<Runway, "points">, at: number, perHour: bigint): bigint {
  const corner = points.findLast((point) => point.at <= at) ?? points[0];
  if (!corner) return 0n;
  const left = corner.left - (perHour * BigInt(Math.max(0, Math.round(at) - corner.at))) / BigInt(HOUR_MS);
  return left > 0n ? left : 0n;
}

function sum(lots: readonly RunwayLot[]): bigint {
  return lots.reduce((total, lot) => total + lot.left, 0n);
}

function expiriesOf(lots: readonly RunwayLot[]): number[] {
  return [...new Set(lots.flatMap(({ expiresAt }) => expiresAt ?? []))].toSorted((one, other) => one - other);
}

/** Takes an amount out of the lots, in their order. */
export function take(lots: RunwayLot[], amount: bigint): void {
  let rest = amount;
  for (const lot of lots) {
    const taken = lot.left < rest ? lot.left : rest;
    lot.left -= taken;
    rest -= taken;
  }
}
