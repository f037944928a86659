import { z } from "zod";
import { id, timestamp } from "../schema.ts";

/** How far back charts reach, in seconds. */
export const TELEMETRY_RANGE_SECONDS = { "1h": 3_600, "24h": 86_400, "7d": 604_800, "30d": 2_592_000, "1y": 31_536_000 } as const;
export type TelemetryRange = keyof typeof TELEMETRY_RANGE_SECONDS;
export const TELEMETRY_RANGES = ["1h", "24h", "7d", "30d", "1y"] as const satisfies readonly TelemetryRange[];

const range = z.enum(TELEMETRY_RANGES).default("24h");
const metricName = z.string().regex(/^[a-z][a-z0-9_]{0,31}$/, { error: "must be a metric's name, such as temp_c" });
/** lowest, mean and highest */
const spread = z.object({ min: z.number(), avg: z.number(), max: z.number() });

export const telemetryInput = z.object({ id: id("machine"), range });
export const telemetryOutput = z.object({
  bucketSeconds: z.number().int(),
  series: z.array(
    z.object({
      at: timestamp.describe("begin of the bucket"),
      metrics: z.record(z.string(), z.number()).describe("mean of each metric"),
      extremes: z.record(z.string(), z.tuple([z.number(), z.number()])).describe("lowest and highest of each metric"),
    }),
  ),
});

export const fleetTelemetryInput = z.object({ range, metrics: z.array(metricName).min(1).max(8).default(["temp_c", "rssi_dbm"]) });
export const anyFleetTelemetryInput = fleetTelemetryInput.extend({ organizationId: id("organization").nullable().default(null).describe("null: all organizations") });
export const fleetTelemetryOutput = z.object({
  bucketSeconds: z.number().int(),
  from: timestamp,
  to: timestamp.describe("what came later is not counted yet"),
  series: z.array(
    z.object({
      at: timestamp.describe("begin of the bucket"),
      online: spread.nullable().describe("machines that were connected, counted each minute; null: nobody counted"),
      machines: z.number().nullable().describe("machines in service"),
      stockPercent: z.number().nullable().describe("items of places for items"),
      messagesPerMinute: z.number(),
      metrics: z.record(z.string(), spread).describe("of all readings of all machines"),
    }),
  ),
});
