import { z } from "zod";
import { cursorInput, cursorOf, id, timestamp } from "../schema.ts";

/** From the least to the most alarming. */
export const MACHINE_LOG_LEVELS = ["debug", "info", "warning", "error"] as const;
export type MachineLogLevel = (typeof MACHINE_LOG_LEVELS)[number];

export const machineLogInput = cursorInput.extend({
  id: id("machine"),
  limit: z.number().int().min(1).max(500).default(100),
  level: z.enum(MACHINE_LOG_LEVELS).optional().describe("this one and worse"),
  source: z.enum(["log", "event"]).optional(),
  search: z.string().trim().max(100).optional().describe("part of the message"),
});

export const machineLogLine = z.object({
  id: z.string(),
  receivedAt: timestamp,
  deviceTime: timestamp.nullable().describe("by the machine's own clock, which may be wrong"),
  level: z.enum(MACHINE_LOG_LEVELS),
  source: z.enum(["log", "event"]).describe("log: what its firmware writes; event: what happened to it"),
  message: z.string(),
  tag: z.string().nullable(),
  data: z.record(z.string(), z.unknown()).nullable(),
});
export type MachineLogLine = z.infer<typeof machineLogLine>;
export const machineLogOutput = cursorOf(machineLogLine).describe("newest first");

export const diagnosticsOutput = z.object({
  machineId: z.string(),
  status: z.string(),
  statusChangedAt: timestamp.nullable(),
  lastSeenAt: timestamp.nullable(),
  heartbeatSeconds: z.number().int(),
  firmwareVersion: z.string().nullable(),
  resetReason: z.string().nullable().describe("why it started last, in its own words"),
  boots: z.number().nullable().describe("how often it has started"),
  uptimeSeconds: z.number().nullable(),
  heapFreeBytes: z.number().nullable(),
  rssiDbm: z.number().nullable(),
  offlineCount24h: z.number().int().describe("how often it went offline in the last 24 hours"),
  rejectedCount: z.number().int().describe("messages of it that could not be understood"),
  reported: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).describe("all that it last said of itself"),
  reportedAt: timestamp.nullable(),
});
export type Diagnostics = z.infer<typeof diagnosticsOutput>;
