import type { AlertFilter } from "#shared/machines/alert-lists.ts";
import { SEVERITIES, type Severity } from "#shared/machines/states.ts";

export interface AlertListInput {
  page: number;
  limit?: number;
  status: AlertFilter;
  severity?: Severity;
  search?: string;
  machineId?: string;
}

export const ALERT_TABS = ["open", "history", "rules"] as const;
export type AlertTab = (typeof ALERT_TABS)[number];

/** What an overview asks for; the pages prefetch the same. */
export const OPEN_ALERTS = { page: 1, status: "open", limit: 5 } as const;

/** The same object for the same filters on the server and in the browser, so that what was prefetched is found. */
export function alertInput(filters: { page: number; tab: AlertTab; severity: Severity | null; q: string }): AlertListInput {
  const { page, tab, severity, q } = filters;
  return { page, status: tab === "history" ? "resolved" : "open", ...(severity === null ? {} : { severity }), ...(q === "" ? {} : { search: q }) };
}

/** The filters from a page's search parameters; what is not understood is left out. */
export function alertInputOf(parameters: Record<string, string | string[] | undefined>): AlertListInput {
  const { page, tab, severity, q } = parameters;
  return alertInput({
    page: Math.max(1, Number.parseInt(typeof page === "string" ? page : "1", 10) || 1),
    tab: ALERT_TABS.find((each) => each === tab) ?? "open",
    severity: SEVERITIES.find((each) => each === severity) ?? null,
    q: typeof q === "string" ? q : "",
  });
}
