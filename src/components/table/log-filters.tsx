"use client";

import { Select } from "@mantine/core";
import type { ReactNode } from "react";
import bar from "./filter-bar.module.css";
import { SearchField } from "./search-field.tsx";

interface Choice<T extends string> {
  label: string;
  /** what stands there when nothing is chosen */
  all: string;
  options: readonly { value: T; label: string }[];
  value: T | null;
  onChange: (value: T | null) => void;
}

interface LogFiltersProps<L extends string, S extends string> {
  search: { label: string; value: string; onChange: (words: string) => void };
  level: Choice<L>;
  source: Choice<S>;
  /** at the end of the line */
  children?: ReactNode;
}

/** Above a log: words to look for, how bad at least, and from what part. */
export function LogFilters<L extends string, S extends string>({ search, level, source, children }: LogFiltersProps<L, S>) {
  return (
    <div className={bar.bar} role="search">
      <SearchField className={bar.search} label={search.label} value={search.value} onSearch={search.onChange} />
      <ChoiceField {...level} />
      <ChoiceField {...source} />
      {children}
    </div>
  );
}

function ChoiceField<T extends string>({ label, all, options, value, onChange }: Choice<T>) {
  return (
    <Select
      className={bar.choice}
      aria-label={label}
      placeholder={all}
      clearable
      data={[...options]}
      value={value}
      onChange={(chosen) => onChange(options.find((each) => each.value === chosen)?.value ?? null)}
    />
  );
}
