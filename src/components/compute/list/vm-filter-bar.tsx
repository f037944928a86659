"use client";

import { Button, Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import type { RefObject } from "react";
import { useTRPC } from "#components/api/trpc.ts";
import { SearchField } from "#components/table/search-field.tsx";
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
  const change = (values: Parameters<VmFilters["set"]>[0]) => {
    void filters.set(values);
    onChange();
  };
  return (
    <div className={classes.bar} role="search">
      <SearchField className={classes.search} label={t("search")} value={filters.q} onSearch={(q) => change({ q: q || null })} inputRef={searchRef} />
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
