"use client";

import type { ReactNode } from "react";
import { Section } from "#components/ui/section.tsx";
import { type Column, DataTable } from "./data-table.tsx";
import { FilterBar } from "./filter-bar.tsx";
import { NoMatch } from "./no-match.tsx";
import type { ListFilters } from "./use-list-filters.ts";
import { useRowKeys } from "./use-row-keys.ts";
import type { TableState } from "./use-table-state.ts";

/** What a list needs of its query. */
interface ListQuery<T> {
  data: { data: readonly T[]; pagination: { page: number; limit: number; total: number } } | undefined;
  error: unknown;
  isPlaceholderData: boolean;
  refetch: () => unknown;
}

interface FilteredListProps<T, S extends string> {
  /** what the rows are, for screen readers: "VMs" */
  label: string;
  query: ListQuery<T>;
  columns: readonly Column<T>[];
  filters: ListFilters<S>;
  state: TableState;
  /** what can be searched for; without it there is no search */
  searchLabel?: string;
  statuses?: readonly { value: S; label: string }[];
  /** what else the rows are chosen by, beside the states */
  choices?: ReactNode;
  /** shown when there is nothing at all; a filter that matches nothing says so itself */
  empty: ReactNode;
  rowHref?: (row: T) => string;
  onRowClick?: (row: T) => void;
  selection?: { ids: readonly string[]; onChange: (ids: string[]) => void };
  /** between the filters and the rows: what can be done to those that are chosen */
  bar?: ReactNode;
}

/** A page's list: filters in the address above it, rows page by page, walked through by j and k. */
export function FilteredList<T extends { id: string }, S extends string>({ label, query, columns, filters, state, searchLabel, statuses, choices, empty, rowHref, onRowClick, selection, bar }: FilteredListProps<T, S>) {
  const { list, search } = useRowKeys();
  return (
    <>
      <FilterBar filters={filters} searchRef={search} {...(searchLabel === undefined ? {} : { searchLabel })} {...(statuses ? { statuses } : {})}>
        {choices}
      </FilterBar>
      {bar}
      <div ref={list}>
        <Section flush>
          <DataTable
            label={label}
            rows={query.data?.data}
            columns={columns}
            {...(rowHref ? { rowHref } : {})}
            {...(onRowClick ? { onRowClick } : {})}
            {...(selection ? { selection } : {})}
            stale={query.isPlaceholderData}
            error={query.error}
            onRetry={() => void query.refetch()}
            empty={filters.active ? <NoMatch onClear={filters.clear} /> : empty}
            state={state}
            {...(query.data ? { pagination: query.data.pagination } : {})}
          />
        </Section>
      </div>
    </>
  );
}
