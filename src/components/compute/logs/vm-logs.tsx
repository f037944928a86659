"use client";

import { Button, Select, Switch, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconDownload, IconFileText, IconSearch } from "@tabler/icons-react";
import { useTranslations } from "next-intl";
import { parseAsString, parseAsStringLiteral, useQueryStates } from "nuqs";
import { useState } from "react";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { TableSkeleton } from "#components/ui/skeletons.tsx";
import bar from "../../table/filter-bar.module.css";
import { LogLines } from "./log-lines.tsx";
import { useLogDownload } from "./use-log-download.ts";
import { useVmLogs } from "./use-vm-logs.ts";
import classes from "./vm-logs.module.css";

// As shared/compute/logs.ts has them: its own lists would bring zod along.
const LEVELS = ["warning", "error"] as const;
const SOURCES = ["state", "operation", "hypervisor", "serial"] as const;

/** What happened to a VM, line by line: followed, filtered, searched and saved. */
export function VmLogs({ vm }: { vm: { id: string; name: string } }) {
  const t = useTranslations("vm.logs");
  const [state, set] = useQueryStates(
    { level: parseAsStringLiteral(LEVELS), source: parseAsStringLiteral(SOURCES), q: parseAsString.withDefault("") },
    { history: "replace" },
  );
  const [typed, setTyped] = useState(state.q);
  const [followed, setFollowed] = useState(true);
  const search = useDebouncedCallback((q: string) => void set({ q: q || null }), 250);
  const filter = { level: state.level, source: state.source, search: state.q };
  const filtered = state.level !== null || state.source !== null || state.q !== "";
  const { lines, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useVmLogs(vm.id, filter, followed);
  const { download, busy } = useLogDownload(vm, filter);
  const follow = (next: boolean) => {
    setFollowed(next);
    if (next) void refetch();
  };
  return (
    <>
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
          value={state.level}
          onChange={(value) => void set({ level: LEVELS.find((each) => each === value) ?? null })}
        />
        <Select
          className={bar.choice}
          aria-label={t("source")}
          placeholder={t("allSources")}
          clearable
          data={SOURCES.map((each) => ({ value: each, label: t(`sources.${each}`) }))}
          value={state.source}
          onChange={(value) => void set({ source: SOURCES.find((each) => each === value) ?? null })}
        />
        <div className={classes.tools}>
          <Switch label={t("follow")} checked={followed} onChange={(event) => follow(event.currentTarget.checked)} />
          <Button variant="default" leftSection={<IconDownload size={16} stroke={1.6} />} loading={busy} disabled={!lines?.length} onClick={() => void download()}>
            {t("download")}
          </Button>
        </div>
      </div>
      {error && !lines ? (
        <ErrorState error={error} title={t("loadFailed")} onRetry={() => void refetch()} />
      ) : !lines ? (
        <TableSkeleton rows={8} />
      ) : lines.length === 0 ? (
        <EmptyState icon={<IconFileText size={24} stroke={1.6} />} title={t(filtered ? "noMatch" : "empty")}>
          {t(filtered ? "noMatchText" : "emptyText")}
        </EmptyState>
      ) : (
        <LogLines lines={lines} followed={followed} onFollow={follow} older={hasNextPage ? { load: () => void fetchNextPage(), loading: isFetchingNextPage } : null} />
      )}
    </>
  );
}
