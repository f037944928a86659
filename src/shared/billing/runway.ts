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

/** What burns an hour (micro-credits) from a moment on. */
export interface BurnStep {
  at: number;
  perHour: bigint;
}

export interface Runway {
  /** Corners of the line, in order: between two of them it is straight. Where credits expire there are two at one moment. */
  points: { at: number; left: bigint }[];
  /** the burn at the beginning, and each that follows it before the end */
  burns: BurnStep[];
  /** when nothing is left; null: that is not within a hundred years, or nothing burns */
  endsAt: number | null;
  /** what expires unspent before the end */
  expiring: { at: number; amount: bigint }[];
}

/**
 * How far credits reach at a burn: they are spent in the order of `lots`, and what is not spent when it expires is gone.
 * @param perHour micro-credits an hour
 * @param coming what it is from later moments on, in order
 */
export function runway(now: number, lots: readonly RunwayLot[], perHour: bigint, coming: readonly BurnStep[] = []): Runway {
  const open = lots.filter((lot) => lot.left > 0n && (lot.expiresAt === null || lot.expiresAt > now)).map((lot) => ({ ...lot }));
  let at = now;
  let left = sum(open);
  const points = [{ at, left }];
  const burns: BurnStep[] = [{ at, perHour }];
  const expiring: Runway["expiring"] = [];
  let burn = perHour;
  for (const end of momentsOf(open, coming, now)) {
    const burnt = (burn * BigInt(end - at)) / BigInt(HOUR_MS);
    if (burnt >= left) break;
    take(open, burnt);
    const lost = sum(open.filter((lot) => lot.expiresAt === end));
    const next = coming.findLast((step) => step.at === end);
    at = end;
    left -= burnt;
    if (next) burns.push(next);
    burn = next?.perHour ?? burn;
    if (lost === 0n && !next) continue;
    points.push({ at, left });
    if (lost === 0n) continue;
    points.push({ at, left: left - lost });
    expiring.push({ at, amount: lost });
    left -= lost;
    for (const lot of open) if (lot.expiresAt === end) lot.left = 0n;
  }
  const empty = burn <= 0n ? null : at + Number((left * BigInt(HOUR_MS)) / burn);
  const endsAt = empty === null || empty - now > HORIZON_MS ? null : empty;
  if (endsAt !== null && endsAt > at) points.push({ at: endsAt, left: 0n });
  return { points, burns, endsAt, expiring };
}

/** What is left at a moment: of the two values where credits expire, the one after it. */
export function leftAt({ points, burns }: Pick<Runway, "points" | "burns">, at: number): bigint {
  const corner = points.findLast((point) => point.at <= at) ?? points[0];
  const burn = burns.findLast((step) => step.at <= (corner?.at ?? at)) ?? burns[0];
  if (!corner || !burn) return 0n;
  const left = corner.left - (burn.perHour * BigInt(Math.max(0, Math.round(at) - corner.at))) / BigInt(HOUR_MS);
  return left > 0n ? left : 0n;
}

function sum(lots: readonly RunwayLot[]): bigint {
  return lots.reduce((total, lot) => total + lot.left, 0n);
}

/** When something expires or the burn changes. */
function momentsOf(lots: readonly RunwayLot[], coming: readonly BurnStep[], now: number): number[] {
  const moments = [...lots.flatMap(({ expiresAt }) => expiresAt ?? []), ...coming.map(({ at }) => at).filter((at) => at > now)];
  return [...new Set(moments)].toSorted((one, other) => one - other);
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
