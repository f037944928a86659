"use client";

import { Button, Select, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { type RefObject, useState } from "react";
import { useTRPC } from "#components/api/trpc.ts";
import { VM_STATUSES, type VmStatus, vmIsGone } from "#shared/compute/states.ts";
import type { VmFilters } from "./use-vm-filters.ts";
import classes from "../../table/filter-bar.module.css";

const OFFERED: readonly VmStatus[] = VM_STATUSES.filter((status) => !vmIsGone(status));

interface VmFilterBarProps {
  filters: VmFilters;
  onChange: () => void;
  searchRef: RefObject<HTMLInputElement | null>;
}

/** Search, state and project of the VM list. */
export function VmFilterBar({ filters, onChange, searchRef }: VmFilterBarProps) {
  const t = useTranslations("vm.list");
  const status = useTranslations("common.status");
  const projects = useQuery(useTRPC().compute.projects.list.queryOptions({ limit: 100 }));
  const [typed, setTyped] = useState(filters.q);
  const change = (values: Parameters<VmFilters["set"]>[0]) => {
    void filters.set(values);
    onChange();
  };
  const search = useDebouncedCallback((q: string) => change({ q: q || null }), 200);
  return (
    <div className={classes.bar} role="search">
      <TextInput
        ref={searchRef}
        className={classes.search}
        aria-label={t("search")}
        placeholder={t("search")}
        type="search"
        maxLength={100}
        leftSection={<IconSearch size={16} stroke={1.6} aria-hidden />}
        value={typed}
        onChange={(event) => {
          setTyped(event.currentTarget.value);
          search(event.currentTarget.value.trim());
        }}
        onKeyDown={(event) => event.key === "Escape" && event.currentTarget.blur()}
      />
      <Select
        className={classes.choice}
        aria-label={t("state")}
        placeholder={t("allStates")}
        clearable
        data={OFFERED.map((each) => ({ value: each, label: status(each) }))}
        value={filters.status}
        onChange={(value) => change({ status: OFFERED.find((each) => each === value) ?? null })}
      />
      <Select
        className={classes.choice}
        aria-label={t("project")}
        placeholder={t("allProjects")}
        clearable
        data={(projects.data?.data ?? []).map((project) => ({ value: project.id, label: project.name }))}
        value={filters.project}
        onChange={(project) => change({ project })}
      />
      {filters.active && (
        <Button
          variant="subtle"
          color="gray"
          onClick={() => {
            setTyped("");
            filters.clear();
            onChange();
          }}
        >
          {t("clear")}
        </Button>
      )}
    </div>
  );
}
