import { z } from "zod";
import { displayName, id, timestamp } from "../schema.ts";
import { SEVERITIES } from "./states.ts";

/** When an alert about a machine is raised: the conditions by kind, and the rules that carry them. Durations are in seconds unless their name says otherwise. */
export const RULE_KINDS = ["threshold", "missing", "rate", "offline", "stock", "claim"] as const;
export type RuleKind = (typeof RULE_KINDS)[number];

const DAY_SECONDS = 86_400;
const metric = z.string().regex(/^[a-z][a-z0-9_]{0,31}$/, { error: "must be a metric's name in snake_case, like temp_c" });
const reading = z.number().min(-1e12).max(1e12);
const forSeconds = z.number().int().min(0).max(DAY_SECONDS);

const threshold = z
  .object({
    kind: z.literal("threshold"),
    metric,
    direction: z.enum(["above", "below"]),
    value: reading,
    clearValue: reading.nullable().default(null).describe("resolved when the reading is back at this value; null: at `value`. Between the two nothing changes (hysteresis)"),
    forSeconds: forSeconds.default(0).describe("raised when all readings of this time met it; 0: by one reading"),
  })
  .refine((rule) => rule.clearValue === null || (rule.direction === "above" ? rule.clearValue <= rule.value : rule.clearValue >= rule.value), {
    path: ["clearValue"],
    error: "must lie on the good side of the value: at most the value of a rule for what is above, at least that of one for what is below",
  });

const missing = z.object({
  kind: z.literal("missing"),
  metric,
  seconds: z.number().int().min(30).max(7 * DAY_SECONDS).describe("the machine is online, and sent no reading of this metric for so long"),
});

const rate = z.object({
  kind: z.literal("rate"),
  metric,
  minutes: z.number().int().min(1).max(240),
  change: z.number().min(1e-6).max(1e12).describe("how far the newest reading is from the lowest (rising) or highest (falling) of these minutes"),
  direction: z.enum(["rising", "falling", "either"]),
});

const offline = z.object({
  kind: z.literal("offline"),
  forSeconds: z.number().int().min(0).max(7 * DAY_SECONDS).describe("without a break: a machine that comes and goes raises nothing"),
});

const stock = z
  .object({
    kind: z.literal("stock"),
    measure: z.enum(["percent", "count", "empty"]),
    atMost: z.number().int().min(0).max(9_999).default(0).describe("percent of the capacity, or items; of `empty` it counts for nothing"),
    scope: z.enum(["slot", "machine"]).describe("one alert for each slot, or one for the machine: its sum, or any slot that is empty"),
  })
  .refine((rule) => rule.measure !== "percent" || (rule.atMost >= 1 && rule.atMost <= 100), { path: ["atMost"], error: "must be 1 to 100 percent" });

const claim = z.object({
  kind: z.literal("claim"),
  quietMinutes: z.number().int().min(5).max(7 * 1_440).describe("a used or replaced claim code was tried again; over when it was not for so long"),
});

export const alertCondition = z.discriminatedUnion("kind", [threshold, missing, rate, offline, stock, claim]);
export type AlertCondition = z.output<typeof alertCondition>;
export type ConditionOf<K extends RuleKind> = Extract<AlertCondition, { kind: K }>;

/** The longest that a mute lasts. */
export const MAX_MUTE_DAYS = 90;

export const ruleOutput = z.object({
  id: z.string(),
  builtIn: z.boolean().describe("every installation begins with it"),
  organizationId: z.string().nullable().describe("null: machines of all organizations"),
  machine: z.object({ id: z.string(), name: z.string() }).nullable().describe("this one alone"),
  template: z.object({ id: z.string(), name: z.string() }).nullable().describe("machines of this kind alone"),
  name: z.string(),
  severity: z.enum(SEVERITIES),
  condition: alertCondition,
  escalateMinutes: z.number().int().nullable().describe("told to more people when nobody has acknowledged it by then; null: never"),
  enabled: z.boolean(),
  openAlerts: z.number().int(),
  updatedAt: timestamp,
});
export type RuleOutput = z.output<typeof ruleOutput>;

const fields = {
  name: displayName(),
  severity: z.enum(SEVERITIES),
  condition: alertCondition,
  machineId: id("machine").nullable().default(null),
  templateId: id("machineTemplate").nullable().default(null),
  escalateMinutes: z.number().int().min(1).max(10_080).nullable().default(null),
  enabled: z.boolean().default(true),
};
const oneScope = { check: (rule: { machineId: string | null; templateId: string | null }) => rule.machineId === null || rule.templateId === null, message: { path: ["templateId"], error: "must be empty when the rule is for one machine" } };

export const ruleCreateInput = z.object(fields).refine(oneScope.check, oneScope.message);
export const ruleUpdateInput = z.object({ id: id("alertRule"), ...fields }).refine(oneScope.check, oneScope.message);
export const ruleIdInput = z.object({ id: id("alertRule") });
export const ruleEnableInput = z.object({ id: id("alertRule"), enabled: z.boolean() });
export const ruleListOutput = z.object({ data: z.array(ruleOutput) });

export const rulePreviewInput = z.object({ condition: alertCondition, machineId: id("machine").nullable().default(null), templateId: id("machineTemplate").nullable().default(null) });
export const rulePreviewOutput = z.object({
  days: z.number().int(),
  fired: z.number().int().nullable().describe("how often it would have fired; null: this kind cannot be told from what is stored, or there is too much to look at"),
  machines: z.number().int().describe("that the rule is about"),
});
