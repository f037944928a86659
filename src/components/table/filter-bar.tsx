"use client";

import { Button, Select, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { useTranslations } from "next-intl";
import { type ReactNode, type RefObject, useState } from "react";
import classes from "./filter-bar.module.css";
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
  const [typed, setTyped] = useState(filters.q);
  // The address may change without us (back, a link to this list): then the field follows.
  const [known, setKnown] = useState(filters.q);
  if (known !== filters.q) {
    setKnown(filters.q);
    if (typed.trim() !== filters.q) setTyped(filters.q);
  }
  const search = useDebouncedCallback((q: string) => filters.set({ q: q || null }), 200);
  return (
    <div className={classes.bar} role="search">
      {searchLabel !== undefined && (
        <TextInput
          {...(searchRef ? { ref: searchRef } : {})}
          className={classes.search}
          aria-label={searchLabel}
          placeholder={searchLabel}
          type="search"
          maxLength={100}
          leftSection={<IconSearch size={16} stroke={1.6} aria-hidden />}
          value={typed}
          onChange={(event) => {
            setTyped(event.currentTarget.value);
            search(event.currentTarget.value.trim());
          }}
          onKeyDown={(event) => (event.key === "Escape" || event.key === "Enter") && event.currentTarget.blur()}
        />
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
        <Button
          variant="subtle"
          color="gray"
          onClick={() => {
            setTyped("");
            filters.clear();
          }}
        >
          {t("clearFilters")}
        </Button>
      )}
    </div>
  );
}
