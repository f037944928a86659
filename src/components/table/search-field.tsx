"use client";

import { TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { type RefObject, useState } from "react";

interface SearchFieldProps {
  /** what can be searched for: "Search by name or address" */
  label: string;
  /** what is searched for now, as the address or the page has it */
  value: string;
  /** some 200 ms after the last key, without spaces around it */
  onSearch: (words: string) => void;
  className?: string | undefined;
  inputRef?: RefObject<HTMLInputElement | null> | undefined;
}

/** The search of a list, a log or a map: it waits for the end of the word, and follows what is searched for where that changes without it. */
export function SearchField({ label, value, onSearch, className, inputRef }: SearchFieldProps) {
  const [typed, setTyped] = useState(value);
  // Back, a link to this list, a cleared filter.
  const [known, setKnown] = useState(value);
  if (known !== value) {
    setKnown(value);
    if (typed.trim() !== value) setTyped(value);
  }
  const search = useDebouncedCallback(onSearch, 200);
  return (
    <TextInput
      {...(inputRef ? { ref: inputRef } : {})}
      {...(className === undefined ? {} : { className })}
      aria-label={label}
      placeholder={label}
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
  );
}
