"use client";

import { useQuery } from "@tanstack/react-query";
import { useTRPC } from "#components/api/trpc.ts";
import { Rows } from "#components/ui/grid.tsx";
import { Breakdown } from "./breakdown.tsx";
import { ChargeFilterBar } from "./charge-filter-bar.tsx";
import { ChargeList } from "./charge-list.tsx";
import { useChargeFilters } from "./use-charge-filters.ts";

/** What was charged in a time, of one project, kind or resource or of all, broken down and hour by hour; what is chosen is in the address. */
export function Charges() {
  const filters = useChargeFilters();
  const projects = useQuery(useTRPC().compute.projects.list.queryOptions({ limit: 100 }));
  const named = projects.data?.data.map(({ id, name }) => ({ value: id, label: name })) ?? [];
  return (
    <Rows>
      <ChargeFilterBar filters={filters} projects={named} />
      <Breakdown filters={filters} projects={new Map(named.map(({ value, label }) => [value, label]))} />
      <ChargeList filter={filters.filter} />
    </Rows>
  );
}
