import { parseAsString, parseAsStringLiteral, useQueryStates } from "nuqs";
import { useClock } from "#components/ui/use-clock.ts";
import { BREAKDOWNS } from "#shared/billing/breakdowns.ts";
import { daysBetween, lastDays, RANGES } from "./charge-range.ts";

/** Which charges one looks at, as the address says it. */
export function useChargeFilters() {
  const now = useClock();
  const [address, set] = useQueryStates({
    range: parseAsStringLiteral(RANGES).withDefault("31d"),
    from: parseAsString,
    to: parseAsString,
    by: parseAsStringLiteral(BREAKDOWNS).withDefault("resource"),
    project: parseAsString,
    kind: parseAsString,
    resource: parseAsString,
  });
  const { range, from, to, by, project, kind, resource } = address;
  // Days that are none are those of the range.
  const days = from !== null && to !== null ? daysBetween(from, to) : null;
  const time = days ?? lastDays(range, now);
  const place = { ...(project === null ? {} : { projectId: project }), ...(kind === null ? {} : { resourceType: kind }) };
  return { range, by, project, kind, resource, byHand: days !== null, time, place, filter: { ...time, ...place, ...(resource === null ? {} : { resourceId: resource }) }, set };
}

export type ChargeFilters = ReturnType<typeof useChargeFilters>;
