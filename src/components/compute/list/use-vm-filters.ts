"use client";

import { parseAsString, parseAsStringLiteral, useQueryStates } from "nuqs";
import { VM_STATUSES } from "#shared/compute/states.ts";

/** What the VM list is narrowed to, kept in the address. Changing anything begins at the first page. */
export function useVmFilters() {
  const [filters, set] = useQueryStates(
    { status: parseAsStringLiteral(VM_STATUSES), project: parseAsString, q: parseAsString.withDefault("") },
    { history: "replace" },
  );
  return {
    ...filters,
    set,
    active: filters.status !== null || filters.project !== null || filters.q !== "",
    clear: () => void set({ status: null, project: null, q: null }),
  };
}
export type VmFilters = ReturnType<typeof useVmFilters>;
