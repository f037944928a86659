"use client";

import { Select, Switch, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconFileText, IconSearch } from "@tabler/icons-react";
import { useFormatter, useTranslations } from "next-intl";
import { useState } from "react";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { LogScroll } from "#components/ui/log-scroll.tsx";
import { Section } from "#components/ui/section.tsx";
import { TableSkeleton } from "#components/ui/skeletons.tsx";
import bar from "../../table/filter-bar.module.css";
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
  const format = useFormatter();
  const [filter, setFilter] = useState(FIRST);
  const [typed, setTyped] = useState("");
  const [followed, setFollowed] = useState(true);
  const change = (part: Partial<MachineLogFilter>) => setFilter((before) => ({ ...before, ...part }));
  const search = useDebouncedCallback((words: string) => change({ search: words }), 250);
  const filtered = filter.level !== FIRST.level || filter.source !== null || filter.search !== "";
  const { lines, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useMachineLog(side, machine.id, filter, followed);
  const follow = (next: boolean) => {
    setFollowed(next);
    if (next) void refetch();
  };
  return (
    <Section title={t("title")} actions={<Switch size="sm" label={t("follow")} checked={followed} onChange={(event) => follow(event.currentTarget.checked)} />}>
      <div className={bar.bar} role="search">
        <TextInput
          className={bar.search}
          type="search"
          aria-label={t("search")}
          placeholder={t("search")}
          maxLength={100}
          leftSection={<IconSearch size={16} stroke={1.6} aria-hidden />}
          value={typed}
          onChange={(event) => {
            setTyped(event.currentTarget.value);
            search(event.currentTarget.value.trim());
          }}
        />
        <Select
          className={bar.choice}
          aria-label={t("level")}
          placeholder={t("allLevels")}
          clearable
          data={LEVELS.map((each) => ({ value: each, label: t(`atLeast.${each}`) }))}
          value={LEVELS.find((each) => each === filter.level) ?? null}
          onChange={(value) => change({ level: LEVELS.find((each) => each === value) ?? FIRST.level })}
        />
        <Select
          className={bar.choice}
          aria-label={t("source")}
          placeholder={t("allSources")}
          clearable
          data={SOURCES.map((each) => ({ value: each, label: t(`sources.${each}`) }))}
          value={filter.source}
          onChange={(value) => change({ source: SOURCES.find((each) => each === value) ?? null })}
        />
      </div>
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
            {(line) => <MachineLogLine key={line.id} line={line} format={format} />}
          </LogScroll>
        </div>
      )}
    </Section>
  );
}
