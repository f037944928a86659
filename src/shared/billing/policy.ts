import { z } from "zod";

/**
 * How time becomes a charge: data that stands with each price and each span, so that an old charge can be explained for ever. Empty: the usual hour, which is
 * charged as soon as it begins. All else is charged in arrears, an hour of the resource at a time (docs/decisions/0004-metering-by-resource-hours.md).
 */
export const meterPolicy = z.object({
  /** time that was on in an hour is counted in these */
  unit: z.enum(["hour", "minute", "second"]).default("hour"),
  rounding: z.enum(["up", "nearest", "down"]).default("up"),
  /** of an hour in which it was on at all, at least this is charged */
  minimumSeconds: z.number().int().min(0).max(3_600).default(0),
  /** more hours than this cost nothing in a calendar month (UTC) */
  monthlyCapHours: z.number().int().min(1).max(744).nullable().default(null),
  /** what a running machine uses can be charged as long as the machine exists; a disk is charged as long as it exists in any case */
  chargesWhen: z.enum(["exists", "running"]).default("running"),
});
export type MeterPolicy = z.output<typeof meterPolicy>;

export const USUAL_POLICY: MeterPolicy = meterPolicy.parse({});

/** Whether an hour is charged as soon as it begins: that it was on at all is all that counts then. */
export function inAdvance(policy: Pick<MeterPolicy, "unit" | "rounding">): boolean {
  return policy.unit === "hour" && policy.rounding === "up";
}

const UNIT_SECONDS = { hour: 3_600, minute: 60, second: 1 } as const;

/** Seconds charged of an hour in which it was on for so many milliseconds. Zero when it was not on. */
export function chargedSeconds(policy: MeterPolicy, onMs: number): number {
  if (onMs <= 0) return 0;
  const unit = UNIT_SECONDS[policy.unit];
  const units = onMs / (unit * 1_000);
  const rounded = policy.rounding === "up" ? Math.ceil(units) : policy.rounding === "down" ? Math.floor(units) : Math.round(units);
  return Math.min(3_600, Math.max(rounded * unit, policy.minimumSeconds));
}

/** Micro-credits for so many seconds of an hour, never more than the price says: a fraction of a micro-credit is not charged. */
export function amountFor(pricePerHour: bigint, seconds: number): bigint {
  return (pricePerHour * BigInt(seconds)) / 3_600n;
}
