"use client";

import { Select } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, skipToken, useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useTRPC } from "#components/api/trpc.ts";
import { vmIsGone } from "#shared/compute/states.ts";
import bar from "../../table/filter-bar.module.css";

/** VMs offered at a time; the others are found by typing. */
const OFFERED = 20;

/** Narrows the backups to those of one VM, which may be deleted. */
export function BackupVmFilter({ vmId, onChange }: { vmId: string | null; onChange: (vmId: string | null) => void }) {
  const t = useTranslations("backups");
  const trpc = useTRPC();
  const [opened, setOpened] = useState(false);
  const [typed, setTyped] = useState("");
  const [search] = useDebouncedValue(typed.trim(), 200);
  const chosen = useQuery(trpc.compute.vms.get.queryOptions(vmId === null ? skipToken : { id: vmId }));
  const named = (vm: { id: string; name: string; status: string }) => ({ value: vm.id, label: vmIsGone(vm.status) ? t("vmNamedGone", { name: vm.name }) : vm.name });
  const own = chosen.data ? [named(chosen.data)] : [];
  // What stands in the field once one is chosen is its name, and no search.
  const wanted = own.some(({ label }) => label === search) ? "" : search;
  const found = useQuery(
    trpc.compute.vms.list.queryOptions(opened ? { limit: OFFERED, includeGone: true, ...(wanted ? { search: wanted } : {}) } : skipToken, { placeholderData: keepPreviousData }),
  );
  const offered = (found.data?.data ?? []).map(named);
  return (
    <div className={bar.bar} role="search">
      <Select
        className={bar.search}
        aria-label={t("filter")}
        placeholder={t("allVms")}
        clearable
        searchable
        data={[...own, ...offered.filter(({ value }) => value !== vmId)]}
        // The server has searched.
        filter={({ options }) => options}
        nothingFoundMessage={t("noVm")}
        value={vmId}
        onChange={onChange}
        searchValue={typed}
        onSearchChange={setTyped}
        onDropdownOpen={() => setOpened(true)}
      />
    </div>
  );
}
