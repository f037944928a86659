"use client";

import { Button, Select } from "@mantine/core";
import { useTranslations } from "next-intl";
import type { ReactNode, RefObject } from "react";
import classes from "./filter-bar.module.css";
import { SearchField } from "./search-field.tsx";
import type { ListFilters } from "./use-list-filters.ts";

interface FilterBarProps<S extends string> {
  filters: ListFilters<S>;
  /** what can be searched for: "Search by name or address" */
  searchLabel?: string;
  searchRef?: RefObject<HTMLInputElement | null>;
  /** states to choose from, in the reader's language */
  statuses?: readonly { value: S; label: string }[];
  /** what else can be chosen by */
  children?: ReactNode;
}

/** Above a list: search and state, both in the address. */
export function FilterBar<S extends string>({ filters, searchLabel, searchRef, statuses, children }: FilterBarProps<S>) {
  const t = useTranslations("common.table");
  return (
    <div className={classes.bar} role="search">
      {searchLabel !== undefined && (
        <SearchField className={classes.search} label={searchLabel} value={filters.q} onSearch={(q) => filters.set({ q: q || null })} inputRef={searchRef} />
      )}
      {statuses && (
        <Select
          className={classes.choice}
          aria-label={t("state")}
          placeholder={t("allStates")}
          clearable
          data={[...statuses]}
          value={filters.status}
          onChange={(value) => filters.set({ status: statuses.find((each) => each.value === value)?.value ?? null })}
        />
      )}
      {children}
      {filters.active && (
        <Button variant="subtle" color="gray" onClick={filters.clear}>
          {t("clearFilters")}
        </Button>
      )}
    </div>
  );
}
