import type { AlertOutput } from "#shared/machines/alert-lists.ts";
import type { RuleOutput } from "#shared/machines/alerts.ts";

/** What the API answers with, as the components use it. */
export type Alert = AlertOutput;
export type Rule = RuleOutput;
export type Condition = RuleOutput["condition"];

/** Whose eyes: the organization's own machines, or all of them. */
export type AlertSide = "customer" | "admin";
