"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useTRPC } from "#components/api/trpc.ts";
import { type Column, DataTable } from "#components/table/data-table.tsx";
import { useTableState } from "#components/table/use-table-state.ts";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { Section } from "#components/ui/section.tsx";
import type { Batch } from "./types.ts";

/** The files that were taken before: the way back to their labels. Nothing while there is none. */
export function BatchList() {
  const t = useTranslations("batches.list");
  const trpc = useTRPC();
  const state = useTableState();
  const query = useQuery(trpc.machines.admin.batches.list.queryOptions({ page: state.page, limit: 10 }, { placeholderData: keepPreviousData }));
  const columns: Column<Batch>[] = [
    { key: "file", title: t("file"), render: (batch) => batch.fileName || t("pasted") },
    { key: "organization", title: t("organization"), from: "sm", render: (batch) => batch.organizationName },
    { key: "machines", title: t("machines"), align: "right", width: 90, render: (batch) => <span data-tabular>{batch.machines}</span> },
    { key: "claimed", title: t("claimed"), align: "right", width: 90, render: (batch) => <span data-tabular>{batch.claimed}</span> },
    { key: "at", title: t("at"), align: "right", width: 120, from: "sm", render: (batch) => <RelativeTime at={batch.createdAt} /> },
  ];
  if (query.data && query.data.pagination.total === 0) return null;
  return (
    <Section title={t("title")} description={t("text")} flush>
      <DataTable
        label={t("title")}
        rows={query.data?.data}
        columns={columns}
        rowHref={(batch) => `/admin/machines/batches/${batch.id}`}
        error={query.error}
        onRetry={() => void query.refetch()}
        stale={query.isPlaceholderData}
        state={state}
        empty={null}
        {...(query.data ? { pagination: query.data.pagination } : {})}
      />
    </Section>
  );
}
