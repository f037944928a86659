import type { Config } from "#server/infra/config.ts";

/**
 * How usage is kept: samples for days, means of ever larger buckets for ever longer. Each level's buckets are made of the level before it. Buckets begin at
 * multiples of their length since 1970, in UTC, and partitions at multiples of their period.
 */
export const LEVELS = [
  { seconds: 0, periodDays: 1, retention: "samples" },
  { seconds: 60, periodDays: 1, retention: "1m" },
  { seconds: 300, periodDays: 7, retention: "5m" },
  { seconds: 3_600, periodDays: 30, retention: "1h" },
  { seconds: 86_400, periodDays: 365, retention: "1d" },
] as const satisfies readonly { seconds: number; periodDays: number; retention: keyof Config["metricsRetentionDays"] }[];

export type Level = (typeof LEVELS)[number];

/** Levels that are made of others. */
export const ROLLUPS = LEVELS.slice(1);

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
  return new Date(now.getTime() - config.metricsRetentionDays[level.retention] * DAY_MS);
}

/** How often a VM is sampled, in ms. The demo is watched by somebody who waits; a fleet is not. */
export function samplingMs(config: Config): number {
  return config.mode === "demo" ? 5_000 : 30_000;
}
