import { z } from "zod";
import { id, timestamp } from "../schema.ts";

/** From the least to the most alarming. */
export const LOG_LEVELS = ["info", "warning", "error"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export const LOG_SOURCES = ["state", "operation", "hypervisor", "serial"] as const;
export type LogSource = (typeof LOG_SOURCES)[number];

/** Lines of one answer, at most. */
export const MAX_LOG_LINES = 1_000;

const lineId = z.string().regex(/^\d{1,18}$/, { error: "must be the id of a line" });

export const vmLogsInput = z.object({
  id: id("vm"),
  lines: z.number().int().min(1).max(MAX_LOG_LINES).default(100).describe("the newest so many"),
  since: z.union([timestamp, lineId]).optional().describe("a time, or the id of a line: only what came after"),
  cursor: lineId.optional().describe("`next_cursor` of an answer: the lines before those"),
  level: z.enum(LOG_LEVELS).optional().describe("this one and worse"),
  source: z.enum(LOG_SOURCES).optional(),
  search: z.string().trim().max(100).optional().describe("part of the message"),
  follow: z.boolean().default(false).describe("true: server-sent events, one `log` for each line, those to come too; `Last-Event-ID` goes on after a line"),
});

export const vmLogLine = z.object({
  id: z.string(),
  timestamp,
  level: z.enum(LOG_LEVELS),
  source: z.enum(LOG_SOURCES),
  message: z.string(),
  operationId: z.string().nullable(),
});
export type VmLogLine = z.infer<typeof vmLogLine>;

export const vmLogsOutput = z.object({ vmId: z.string(), logs: z.array(vmLogLine).describe("oldest first"), nextCursor: z.string().nullable().describe("null: there are none before these") });
