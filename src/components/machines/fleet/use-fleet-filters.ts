"use client";

import { parseAsBoolean, parseAsString, parseAsStringLiteral, useQueryStates } from "nuqs";
import { FLEET_STATES } from "#shared/machines/fleet-state.ts";

/** What of the fleet is shown, and which machine is open, in the address. */
export function useFleetFilters() {
  const [values, set] = useQueryStates(
    {
      state: parseAsStringLiteral(FLEET_STATES),
      q: parseAsString.withDefault(""),
      unlocated: parseAsBoolean.withDefault(false),
      organization: parseAsString,
      machine: parseAsString,
    },
    { history: "replace" },
  );
  return { ...values, active: values.state !== null || values.q !== "" || values.unlocated, set: (next: Parameters<typeof set>[0]) => void set(next), clear: () => void set({ state: null, q: null, unlocated: null }) };
}
