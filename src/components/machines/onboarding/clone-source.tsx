"use client";

import { Loader, Select } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useTRPC } from "#components/api/trpc.ts";

const TYPING_MS = 250;

interface CloneSourceProps {
  organizationId: string;
  value: string | null;
  /** the chosen machine's, which need not be among those found */
  chosenName: string | null;
  onChange: (machine: { id: string; name: string } | null) => void;
  error: string | undefined;
}

/** A machine of the organization that has slots, found by its name or address. */
export function CloneSource({ organizationId, value, chosenName, onChange, error }: CloneSourceProps) {
  const t = useTranslations("machines.wizard.from");
  const { machines } = useTRPC();
  const [typed, setTyped] = useState("");
  const [search] = useDebouncedValue(typed === chosenName ? "" : typed, TYPING_MS);
  const found = useQuery(machines.admin.cloneSources.queryOptions({ organizationId, ...(search === "" ? {} : { search }) }, { placeholderData: keepPreviousData }));
  const offered = found.data?.data ?? [];
  const known = value !== null && chosenName !== null && !offered.some((machine) => machine.id === value) ? [{ value, label: chosenName }] : [];
  return (
    <Select
      label={t("machine")}
      description={t("machineHelp")}
      placeholder={t("choose")}
      searchable
      clearable
      required
      maw={520}
      // What is found comes from the server: nothing is to be left out of it here.
      filter={({ options }) => options}
      searchValue={typed}
      onSearchChange={setTyped}
      nothingFoundMessage={found.isFetching ? t("searching") : t("none")}
      rightSection={found.isFetching ? <Loader size={14} /> : undefined}
      data={[...known, ...offered.map((machine) => ({ value: machine.id, label: machine.name }))]}
      renderOption={({ option }) => {
        const address = offered.find((machine) => machine.id === option.value)?.address;
        return <span>{address ? t("option", { name: option.label, address }) : option.label}</span>;
      }}
      value={value}
      onChange={(id, option) => onChange(id === null ? null : { id, name: option.label })}
      error={error}
    />
  );
}
