"use client";

import { Loader, Select, type SelectProps } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, skipToken, useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useTRPC } from "#components/api/trpc.ts";
import { useViewer } from "#components/layout/viewer-context.tsx";

interface OrganizationSelectProps extends Omit<SelectProps, "data" | "value" | "onChange" | "searchable" | "searchValue" | "onSearchChange" | "filter"> {
  /** null: none is chosen */
  value: string | null;
  /** null only where it is clearable */
  onChange: (id: string | null) => void;
}

/** For administrators: one of all organizations. The server finds them, by name or e-mail: there may be thousands. */
export function OrganizationSelect({ value, onChange, ...props }: OrganizationSelectProps) {
  const t = useTranslations("common.table");
  const { platform } = useTRPC();
  const { organization: own } = useViewer();
  const [typed, setTyped] = useState("");
  const [chosenLabel, setChosenLabel] = useState<string | null>(null);
  // What stands in the field after a choice is its name, and searches for nothing.
  const [search] = useDebouncedValue(typed === chosenLabel ? "" : typed.trim(), 200);
  const found = useQuery(platform.customers.queryOptions({ limit: 50, ...(search === "" ? {} : { search }) }, { placeholderData: keepPreviousData }));
  const options = (found.data?.data ?? []).map((customer) => ({ value: customer.organizationId, label: nameOf(customer) }));
  const missing = value !== null && found.data !== undefined && !options.some((option) => option.value === value);
  const sought = useQuery(platform.customers.queryOptions(missing ? { limit: 1, search: value } : skipToken));
  const chosen = sought.data?.data[0];
  const name = chosen ? nameOf(chosen) : value === own.id ? own.name : sought.isFetched ? value : null;
  const data = missing && name !== null ? [{ value, label: name }, ...options] : options;
  const label = data.find((option) => option.value === value)?.label ?? null;
  if (label !== chosenLabel) setChosenLabel(label);
  return (
    <Select
      allowDeselect={false}
      nothingFoundMessage={t("noMatch")}
      {...(found.isFetching ? { rightSection: <Loader size={14} aria-hidden /> } : {})}
      {...props}
      searchable
      searchValue={typed}
      onSearchChange={setTyped}
      // The server has searched; the chosen one stands in `data` for its name alone.
      filter={({ options: all }) => (search === "" ? all : all.filter((option) => options.some(({ value: id }) => "value" in option && option.value === id)))}
      data={data}
      value={value}
      onChange={onChange}
    />
  );
}

function nameOf({ organizationName, email }: { organizationName: string; email: string }): string {
  return `${organizationName} · ${email}`;
}
