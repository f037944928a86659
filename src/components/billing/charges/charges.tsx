"use client";

import { SegmentedControl, Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { parseAsString, parseAsStringLiteral, useQueryStates } from "nuqs";
import { useTRPC } from "#components/api/trpc.ts";
import { Rows } from "#components/ui/grid.tsx";
import { useClock } from "#components/ui/use-clock.ts";
import { BREAKDOWNS } from "#shared/billing/charges.ts";
import classes from "../statements/statements.module.css";
import { Breakdown } from "./breakdown.tsx";
import { ChargeList } from "./charge-list.tsx";

const RANGES = ["7d", "31d", "92d"] as const;
const HOUR_MS = 3_600_000;

/** What was charged in a time, in one project or all, broken down and hour by hour; what is chosen is in the address. */
export function Charges() {
  const t = useTranslations("statements.charges");
  const now = useClock();
  const [{ range, by, project }, set] = useQueryStates({
    range: parseAsStringLiteral(RANGES).withDefault("31d"),
    by: parseAsStringLiteral(BREAKDOWNS).withDefault("resource"),
    project: parseAsString,
  });
  const projects = useQuery(useTRPC().compute.projects.list.queryOptions({ limit: 100 }));
  // From a full hour on, so that the clock's ticks are the same question.
  const from = new Date(Math.floor(now / HOUR_MS) * HOUR_MS - Number.parseInt(range, 10) * 24 * HOUR_MS).toISOString();
  const filter = { from, ...(project === null ? {} : { projectId: project }) };
  const named = projects.data?.data.map(({ id, name }) => ({ value: id, label: name })) ?? [];
  return (
    <Rows>
      <div className={classes.choices}>
        <SegmentedControl aria-label={t("range")} value={range} onChange={(value) => void set({ range: RANGES.find((each) => each === value) ?? "31d" })} data={RANGES.map((value) => ({ value, label: t(`ranges.${value}`) }))} />
        <Select aria-label={t("project")} placeholder={t("allProjects")} clearable data={named} value={project} onChange={(value) => void set({ project: value })} />
      </div>
      <Breakdown filter={filter} by={by} onBy={(value) => void set({ by: value })} projects={new Map(named.map(({ value, label }) => [value, label]))} />
      <ChargeList filter={filter} />
    </Rows>
  );
}
