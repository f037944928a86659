import { z } from "zod";
import { id, pageInput, pageOf, timestamp } from "../schema.ts";
import { alertCondition, MAX_MUTE_DAYS } from "./alerts.ts";
import { ALERT_STATES, SEVERITIES } from "./states.ts";

/** Alerts as they are listed, and what people do with them. */
export const ALERT_FILTERS = ["open", ...ALERT_STATES] as const;
export type AlertFilter = (typeof ALERT_FILTERS)[number];

/** open: firing or acknowledged. What is pending has not fired and may never. */
export const alertListInput = pageInput.extend({
  status: z.enum(ALERT_FILTERS).optional(),
  severity: z.enum(SEVERITIES).optional(),
  machineId: id("machine").optional(),
  search: z.string().trim().max(100).optional().describe("in the names of rule and machine"),
});

export const alertOutput = z.object({
  id: z.string(),
  ruleId: z.string(),
  name: z.string(),
  condition: alertCondition,
  machineId: z.string(),
  machineName: z.string(),
  organizationId: z.string(),
  organizationName: z.string(),
  subject: z.string().describe("the slot; empty: the machine"),
  state: z.enum(ALERT_STATES),
  severity: z.enum(SEVERITIES),
  value: z.number().nullable().describe("that met the condition"),
  startedAt: timestamp,
  firedAt: timestamp.nullable(),
  acknowledgedAt: timestamp.nullable(),
  acknowledgedBy: z.string().nullable(),
  note: z.string(),
  escalatedAt: timestamp.nullable(),
  resolvedAt: timestamp.nullable(),
  resolvedBy: z.string().nullable(),
  endReason: z.enum(["cleared", "person", "rule", "decommissioned"]).nullable(),
  mutedUntil: timestamp.nullable().describe("recorded, and told to nobody before"),
});
export type AlertOutput = z.output<typeof alertOutput>;
export const alertListOutput = pageOf(alertOutput);

export const alertCountsOutput = z.object({ firing: z.number().int(), acknowledged: z.number().int(), critical: z.number().int().describe("of those that fire") });

const note = z.string().trim().max(500).default("");
export const alertIdInput = z.object({ id: id("alert") });
export const alertAcknowledgeInput = z.object({ id: id("alert"), note });
export const alertAcknowledgeManyInput = z.object({ ids: z.array(id("alert")).min(1).max(100), note });
export const alertAcknowledgeManyOutput = z.object({ acknowledged: z.number().int(), skipped: z.number().int().describe("those that do not fire any more") });
export const alertResolveInput = z.object({ id: id("alert"), note });

export const muteInput = z.object({
  machineId: id("machine"),
  ruleId: id("alertRule").nullable().default(null).describe("null: all rules"),
  until: timestamp.describe(`at most ${MAX_MUTE_DAYS} days from now`),
  reason: z.string().trim().max(200).default(""),
});
export const muteOutput = z.object({
  id: z.string(),
  machineId: z.string(),
  ruleId: z.string().nullable(),
  ruleName: z.string().nullable(),
  until: timestamp,
  reason: z.string(),
  by: z.string(),
  createdAt: timestamp,
});
export const muteListInput = z.object({ machineId: id("machine") });
export const muteListOutput = z.object({ data: z.array(muteOutput) });
export const muteIdInput = z.object({ id: id("alertMute") });
