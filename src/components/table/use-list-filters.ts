"use client";

import { parseAsString, parseAsStringLiteral, useQueryStates } from "nuqs";

/** Search and state of a list, kept in the address (`?q=lobby&status=offline`). */
export interface ListFilters<S extends string> {
  status: S | null;
  q: string;
  active: boolean;
  /** Changing anything begins at the first page. */
  set: (values: { status?: S | null; q?: string | null }) => void;
  clear: () => void;
}

export function useListFilters<const S extends string>(statuses: readonly S[]): ListFilters<S> {
  const [{ status, q }, setQuery] = useQueryStates({ status: parseAsStringLiteral(statuses), q: parseAsString.withDefault("") }, { history: "replace" });
  const [, setPage] = useQueryStates({ page: parseAsString }, { history: "replace" });
  const set = (values: { status?: string | null; q?: string | null }) => {
    // The keys are those of the parsers above; their type is lost in the generic.
    void setQuery(values as Parameters<typeof setQuery>[0]);
    void setPage({ page: null });
  };
  return { status: status as S | null, q: String(q), active: status !== null || q !== "", set, clear: () => set({ status: null, q: null }) };
}
