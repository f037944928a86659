"use client";

import { Button, Switch } from "@mantine/core";
import { IconDownload, IconFileText } from "@tabler/icons-react";
import { useTranslations } from "next-intl";
import { parseAsString, parseAsStringLiteral, useQueryStates } from "nuqs";
import { useState } from "react";
import { LogFilters } from "#components/table/log-filters.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { TableSkeleton } from "#components/ui/skeletons.tsx";
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
  const [followed, setFollowed] = useState(true);
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
      <LogFilters
        search={{ label: t("search"), value: state.q, onChange: (q) => void set({ q: q || null }) }}
        level={{ label: t("level"), all: t("allLevels"), options: LEVELS.map((value) => ({ value, label: t(`atLeast.${value}`) })), value: state.level, onChange: (level) => void set({ level }) }}
        source={{ label: t("source"), all: t("allSources"), options: SOURCES.map((value) => ({ value, label: t(`sources.${value}`) })), value: state.source, onChange: (source) => void set({ source }) }}
      >
        <div className={classes.tools}>
          <Switch label={t("follow")} checked={followed} onChange={(event) => follow(event.currentTarget.checked)} />
          <Button variant="default" leftSection={<IconDownload size={16} stroke={1.6} />} loading={busy} disabled={!lines?.length} onClick={() => void download()}>
            {t("download")}
          </Button>
        </div>
      </LogFilters>
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
