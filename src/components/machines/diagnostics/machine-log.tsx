"use client";

import { Switch } from "@mantine/core";
import { IconFileText } from "@tabler/icons-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { LogFilters } from "#components/table/log-filters.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { LogScroll } from "#components/ui/log-scroll.tsx";
import { Section } from "#components/ui/section.tsx";
import { TableSkeleton } from "#components/ui/skeletons.tsx";
import type { MachinePanelProps } from "../machine-tabs.tsx";
import { MachineLogLine } from "./machine-log-line.tsx";
import classes from "./machine-log.module.css";
import { type MachineLogFilter, useMachineLog } from "./use-diagnostics.ts";

// As shared/machines/diagnostics.ts has them: its own lists would bring zod along.
const LEVELS = ["debug", "warning", "error"] as const;
const SOURCES = ["log", "event"] as const;
const FIRST: MachineLogFilter = { level: "info", source: null, search: "" };

/** What the firmware writes and what happens to the machine, line by line: followed, filtered, searched. */
export function MachineLog({ side, machine }: MachinePanelProps) {
  const t = useTranslations("diagnostics.log");
  const [filter, setFilter] = useState(FIRST);
  const [followed, setFollowed] = useState(true);
  const change = (part: Partial<MachineLogFilter>) => setFilter((before) => ({ ...before, ...part }));
  const filtered = filter.level !== FIRST.level || filter.source !== null || filter.search !== "";
  const { lines, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useMachineLog(side, machine.id, filter, followed);
  const follow = (next: boolean) => {
    setFollowed(next);
    if (next) void refetch();
  };
  return (
    <Section title={t("title")} actions={<Switch size="sm" label={t("follow")} checked={followed} onChange={(event) => follow(event.currentTarget.checked)} />}>
      <LogFilters
        search={{ label: t("search"), value: filter.search, onChange: (search) => change({ search }) }}
        level={{
          label: t("level"),
          all: t("allLevels"),
          options: LEVELS.map((value) => ({ value, label: t(`atLeast.${value}`) })),
          value: LEVELS.find((each) => each === filter.level) ?? null,
          onChange: (level) => change({ level: level ?? FIRST.level }),
        }}
        source={{ label: t("source"), all: t("allSources"), options: SOURCES.map((value) => ({ value, label: t(`sources.${value}`) })), value: filter.source, onChange: (source) => change({ source }) }}
      />
      {error && !lines ? (
        <ErrorState error={error} title={t("loadFailed")} onRetry={() => void refetch()} compact />
      ) : !lines ? (
        <TableSkeleton rows={6} />
      ) : lines.length === 0 ? (
        <EmptyState icon={<IconFileText size={24} stroke={1.6} />} title={t(filtered ? "noMatch" : "empty")} compact>
          {t(filtered ? "noMatchText" : "emptyText")}
        </EmptyState>
      ) : (
        <div className={classes.box}>
          <LogScroll label={t("title")} lines={lines} followed={followed} onFollow={follow} older={hasNextPage ? { label: t("older"), load: () => void fetchNextPage(), loading: isFetchingNextPage } : null}>
            {(line) => <MachineLogLine key={line.id} line={line} />}
          </LogScroll>
        </div>
      )}
    </Section>
  );
}
