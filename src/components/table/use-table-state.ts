"use client";

import { parseAsInteger, parseAsString, useQueryStates } from "nuqs";

/** The page (from 1) and the sort of a list, kept in the address (`?page=2&sort=-name`), so that a link shows the same. */
export interface TableState {
  page: number;
  setPage: (page: number) => void;
  /** column key, with "-" before it when descending; null: the list's own order */
  sort: string | null;
  setSort: (sort: string | null) => void;
}

/** State of a table in the address. `prefix` keeps two tables on one page apart. */
export function useTableState(prefix = ""): TableState {
  const [state, setState] = useQueryStates({ [`${prefix}page`]: parseAsInteger.withDefault(1), [`${prefix}sort`]: parseAsString }, { history: "push" });
  return {
    page: Math.max(1, Number(state[`${prefix}page`])),
    setPage: (page) => void setState({ [`${prefix}page`]: page }),
    sort: (state[`${prefix}sort`] as string | null | undefined) ?? null,
    setSort: (sort) => void setState({ [`${prefix}sort`]: sort, [`${prefix}page`]: 1 }),
  };
}
