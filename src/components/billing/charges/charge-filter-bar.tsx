"use client";

import { Button, SegmentedControl, Select } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useTRPC } from "#components/api/trpc.ts";
import { daysOf, RANGES } from "./charge-range.ts";
import classes from "./charges.module.css";
import { DayRange } from "./day-range.tsx";
import type { ChargeFilters } from "./use-charge-filters.ts";
import { useKindName } from "./use-kind-name.ts";

interface ChargeFilterBarProps {
  filters: ChargeFilters;
  projects: readonly { value: string; label: string }[];
}

/** Time, project and resource to choose from; and what a row of the breakdown was pressed for. */
export function ChargeFilterBar({ filters, projects }: ChargeFilterBarProps) {
  const t = useTranslations("statements.charges");
  const kindName = useKindName();
  const { range, byHand, time, place, project, kind, resource, set } = filters;
  // What was charged in this time, whichever of it is chosen.
  const charged = useQuery(useTRPC().reports.breakdown.queryOptions({ ...time, ...place, by: "resource" }));
  const resources = charged.data?.groups.flatMap(({ key, name }) => (key === null ? [] : { value: key, label: name ?? key })) ?? [];
  return (
    <div className={classes.bar} role="search">
      <SegmentedControl
        aria-label={t("range")}
        value={byHand ? "" : range}
        onChange={(value) => void set({ range: RANGES.find((each) => each === value) ?? "31d", from: null, to: null })}
        data={RANGES.map((value) => ({ value, label: t(`ranges.${value}`) }))}
      />
      <DayRange days={daysOf(time)} chosen={byHand} onChoose={({ first, last }) => void set({ from: first, to: last })} />
      <Select className={classes.choice} aria-label={t("project")} placeholder={t("allProjects")} clearable data={withChosen(projects, project)} value={project} onChange={(value) => void set({ project: value })} />
      <Select
        className={classes.choice}
        aria-label={t("resource")}
        placeholder={t("allResources")}
        nothingFoundMessage={t("noResource")}
        searchable
        clearable
        limit={100}
        data={withChosen(resources, resource)}
        value={resource}
        onChange={(value) => void set({ resource: value })}
      />
      {kind !== null && (
        <Button variant="light" rightSection={<IconX size={14} aria-hidden />} aria-label={t("anyKind", { kind: kindName(kind) })} onClick={() => void set({ kind: null })}>
          {kindName(kind)}
        </Button>
      )}
    </div>
  );
}

/** What is chosen stays to be seen, and to be cleared, though nothing was charged for it in this time. */
function withChosen(choices: readonly { value: string; label: string }[], chosen: string | null): { value: string; label: string }[] {
  return chosen === null || choices.some(({ value }) => value === chosen) ? [...choices] : [...choices, { value: chosen, label: chosen }];
}
