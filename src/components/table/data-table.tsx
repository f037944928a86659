"use client";

import { DataTable as MantineDataTable, type DataTableColumn, type DataTableProps as MantineProps } from "mantine-datatable";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { ErrorState } from "#components/ui/error-state.tsx";
import { TableSkeleton } from "#components/ui/skeletons.tsx";
import classes from "./data-table.module.css";
import { Pager } from "./pager.tsx";
import type { TableState } from "./use-table-state.ts";

export interface Column<T> {
  key: string;
  /** "" for a column of buttons: screen readers then hear "Actions" */
  title: string;
  render: (row: T) => ReactNode;
  /** numbers and amounts stand right */
  align?: "right";
  width?: number | string;
  /** the server can order by it; see `useTableState` */
  sortable?: boolean;
  /** left out on screens narrower than this: sm 768, md 1024, lg 1280 px */
  from?: "sm" | "md" | "lg";
}

interface DataTableProps<T> {
  /** what the rows are, for screen readers: "VMs" */
  label: string;
  /** undefined while they load */
  rows: readonly T[] | undefined;
  columns: readonly Column<T>[];
  /** where a row leads; its first cell becomes the link, and a click anywhere follows it */
  rowHref?: (row: T) => string;
  /** instead of an address: opens something on this page. Put a button into a cell too, for the keyboard. */
  onRowClick?: (row: T) => void;
  /** an EmptyState */
  empty: ReactNode;
  error?: unknown;
  onRetry?: () => void;
  /** the query's `isPlaceholderData`: the old page is shown, dimmed, until the new one is there */
  stale?: boolean;
  pagination?: { page: number; limit: number; total: number };
  state?: TableState;
  selection?: { ids: readonly string[]; onChange: (ids: string[]) => void };
}

/** By CSS, not by the library's media queries: those are known only after the first paint, and columns would jump. */
const FROM = { sm: classes.fromSm, md: classes.fromMd, lg: classes.fromLg } as const;

/** Every table: rows of 36 px, a header that stays, server-side pages with count and range, an empty state that teaches. Put it into `<Section flush>`. */
export function DataTable<T extends { id: string }>(props: DataTableProps<T>) {
  const { label, rows, columns, rowHref, onRowClick, empty, error, onRetry, stale = false, pagination, state } = props;
  const router = useRouter();
  const t = useTranslations("common.table");
  if (error && !rows) return <ErrorState error={error} {...(onRetry ? { onRetry } : {})} />;
  if (!rows) return <TableSkeleton />;
  if (rows.length === 0 && (pagination?.page ?? 1) === 1) return <>{empty}</>;
  const follow = rowHref ? (row: T) => router.push(rowHref(row)) : onRowClick;
  const table = {
    className: classes.table ?? "",
    records: [...rows],
    columns: columns.map((column, index) => asColumn(column, index === 0 ? rowHref : undefined, t("actions"))),
    idAccessor: "id" as const,
    highlightOnHover: follow !== undefined,
    withTableBorder: false,
    minHeight: 0,
    noRecordsText: t("none"),
    fetching: false,
    "aria-label": label,
    ...(follow ? { onRowClick: ({ record, event }: { record: T; event: React.MouseEvent }) => isPlain(event) && follow(record) } : {}),
    ...sorting(state),
    ...selecting(props, t("selectAll"), t("selectRow")),
  };
  return (
    <div data-stale={stale || undefined} className={classes.wrapper}>
      {/* The library's props are a union over features; this object is one member of it, which inference can't see. */}
      <MantineDataTable<T> {...(table as MantineProps<T>)} />
      {pagination && state && <Pager {...pagination} onPage={state.setPage} />}
    </div>
  );
}

function asColumn<T>(column: Column<T>, href: ((row: T) => string) | undefined, actions: string): DataTableColumn<T> {
  const from = column.from ? (FROM[column.from] ?? "") : "";
  return {
    accessor: column.key,
    title: column.title || <span className={classes.said}>{actions}</span>,
    render: (row) =>
      href === undefined ? (
        column.render(row)
      ) : (
        <Link href={href(row)} className={classes.link}>
          {column.render(row)}
        </Link>
      ),
    ...(column.align ? { textAlign: column.align } : {}),
    ...(column.width === undefined ? {} : { width: column.width }),
    ...(column.sortable ? { sortable: true } : {}),
    ...(from === "" ? {} : { titleClassName: from, cellsClassName: () => from }),
  };
}

function sorting(state: TableState | undefined) {
  if (!state?.sort) return { sortStatus: { columnAccessor: "", direction: "asc" as const }, onSortStatusChange: (status: SortStatus) => state?.setSort(asSort(status)) };
  const descending = state.sort.startsWith("-");
  return {
    sortStatus: { columnAccessor: descending ? state.sort.slice(1) : state.sort, direction: descending ? ("desc" as const) : ("asc" as const) },
    onSortStatusChange: (status: SortStatus) => state.setSort(asSort(status)),
  };
}

interface SortStatus {
  columnAccessor: unknown;
  direction: "asc" | "desc";
}

function asSort(status: SortStatus): string {
  return `${status.direction === "desc" ? "-" : ""}${String(status.columnAccessor)}`;
}

function selecting<T extends { id: string }>({ rows, selection }: DataTableProps<T>, all: string, one: string) {
  if (!selection) return {};
  return {
    selectedRecords: (rows ?? []).filter((row) => selection.ids.includes(row.id)),
    onSelectedRecordsChange: (records: T[]) => selection.onChange(records.map((record) => record.id)),
    allRecordsSelectionCheckboxProps: { "aria-label": all },
    getRecordSelectionCheckboxProps: () => ({ "aria-label": one }),
  };
}

/** A click that means the row: not on a link, a button or a field in it, not one that selected text, not one for a new tab. */
function isPlain(event: React.MouseEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return false;
  if (event.target instanceof Element && event.target.closest("a, button, input, label")) return false;
  return window.getSelection()?.isCollapsed ?? true;
}
