import { TELEMETRY_RANGES, type TelemetryRange } from "#shared/machines/telemetry.ts";

export type SearchParams = Record<string, string | string[] | undefined>;

/** The range in an address; a day when it has none. */
export function rangeOf({ range }: SearchParams): TelemetryRange {
  return TELEMETRY_RANGES.find((each) => each === range) ?? "24h";
}
