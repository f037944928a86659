"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useTRPC } from "#components/api/trpc.ts";
import { type Column, DataTable } from "#components/table/data-table.tsx";
import { useTableState } from "#components/table/use-table-state.ts";
import { Rows } from "#components/ui/grid.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { Section } from "#components/ui/section.tsx";
import { Stat, StatRow } from "#components/ui/stat.tsx";
import { StateChip } from "#components/ui/state-chip.tsx";
import { BatchLabels } from "./batch-labels.tsx";
import classes from "./batches.module.css";
import type { BatchMachine } from "./types.ts";

/** The machines of one file: their labels and files, and which of them are claimed. */
export function BatchPage({ id }: { id: string }) {
  const t = useTranslations("batches.batch");
  const trpc = useTRPC();
  const state = useTableState();
  const batch = useQuery(trpc.machines.admin.batches.get.queryOptions({ id }));
  const machines = useQuery(trpc.machines.admin.batches.machines.queryOptions({ id, page: state.page, limit: 50 }, { placeholderData: keepPreviousData }));
  if (!batch.data) return null;
  const { fileName, organizationName, createdAt, machines: count, labelled, claimed, skipped } = batch.data;
  const columns: Column<BatchMachine>[] = [
    { key: "row", title: t("row"), width: 64, from: "sm", render: (machine) => <span data-tabular>{machine.row}</span> },
    {
      key: "name",
      title: t("name"),
      render: (machine) => (
        <span className={classes.machine}>
          {machine.name}
          {machine.serial && <code>{machine.serial}</code>}
        </span>
      ),
    },
    { key: "state", title: t("state"), width: 170, render: (machine) => <StateChip status={machine.status} alarming /> },
    { key: "label", title: t("label"), align: "right", width: 170, from: "sm", render: (machine) => (machine.claimedAt ? t("used") : machine.labelUntil ? t("valid") : <span className={classes.dim}>{t("none")}</span>) },
  ];
  return (
    <>
      <PageHeader
        title={fileName || t("pasted")}
        description={
          <>
            {organizationName} · <RelativeTime at={createdAt} />
          </>
        }
        back={{ href: "/admin/machines/batches", label: t("back") }}
      />
      <Rows>
        <StatRow>
          <Stat label={t("machines")} value={count} {...(skipped > 0 ? { hint: t("skipped", { count: skipped }) } : {})} />
          <Stat label={t("labelled")} value={labelled} hint={t("labelledHint")} />
          <Stat label={t("claimed")} value={claimed} hint={t("claimedHint")} />
        </StatRow>
        <BatchLabels batch={batch.data} />
        <Section title={t("list")} flush>
          <DataTable
            label={t("list")}
            rows={machines.data?.data}
            columns={columns}
            rowHref={(machine) => `/admin/machines/${machine.id}`}
            error={machines.error}
            onRetry={() => void machines.refetch()}
            stale={machines.isPlaceholderData}
            state={state}
            empty={null}
            {...(machines.data ? { pagination: machines.data.pagination } : {})}
          />
        </Section>
      </Rows>
    </>
  );
}
