"use client";

import { Select, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { type ReactNode, useState } from "react";
import bar from "./filter-bar.module.css";

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
  const [typed, setTyped] = useState(search.value);
  const tell = useDebouncedCallback(search.onChange, 250);
  return (
    <div className={bar.bar} role="search">
      <TextInput
        className={bar.search}
        type="search"
        aria-label={search.label}
        placeholder={search.label}
        maxLength={100}
        leftSection={<IconSearch size={16} stroke={1.6} aria-hidden />}
        value={typed}
        onChange={(event) => {
          setTyped(event.currentTarget.value);
          tell(event.currentTarget.value.trim());
        }}
      />
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
