import type { Config } from "#server/infra/config.ts";

/**
 * How what machines say is kept: messages for a month, their readings in ever larger buckets for ever longer (METRICS_RETENTION_DAYS, as the usage of VMs). Buckets
 * and partitions begin at multiples of their length since 1970, in UTC.
 */
export const LEVELS = [
  { seconds: 0, periodDays: 7, retention: null },
  { seconds: 300, periodDays: 7, retention: "5m" },
  { seconds: 3_600, periodDays: 30, retention: "1h" },
  { seconds: 86_400, periodDays: 365, retention: "1d" },
] as const satisfies readonly { seconds: number; periodDays: number; retention: keyof Config["metricsRetentionDays"] | null }[];

export type Level = (typeof LEVELS)[number];

/** Lengths of the roll-ups' buckets, in seconds. */
export const RESOLUTIONS = [300, 3_600, 86_400] as const;
export type Resolution = (typeof RESOLUTIONS)[number];

export const MESSAGES_KEPT_DAYS = 30;

const DAY_MS = 86_400_000;

/** Begin of the bucket of `seconds` that has the moment. */
export function bucketBegin(at: Date, seconds: number): Date {
  return new Date(Math.floor(at.getTime() / (seconds * 1_000)) * seconds * 1_000);
}

/** Begin of the level's partition that has the moment. */
export function periodBegin(level: Level, at: Date): Date {
  return bucketBegin(at, level.periodDays * 86_400);
}

export function periodEnd(level: Level, begin: Date): Date {
  return new Date(begin.getTime() + level.periodDays * DAY_MS);
}

/** What is older is not kept. */
export function keptSince(config: Config, level: Level, now: Date): Date {
  return new Date(now.getTime() - (level.retention === null ? MESSAGES_KEPT_DAYS : config.metricsRetentionDays[level.retention]) * DAY_MS);
}
