"use client";

import { UnstyledButton } from "@mantine/core";
import { IconActivity } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useTRPC } from "#components/api/trpc.ts";
import { useShownOperation } from "#components/compute/operations/use-shown-operation.ts";
import { useOperationWords } from "#components/compute/operations/operation-words.ts";
import type { Operation } from "#components/compute/types.ts";
import type { Column } from "#components/table/data-table.tsx";
import { FilteredList } from "#components/table/filtered-list.tsx";
import { listInput } from "#components/table/list-input.ts";
import { useListFilters } from "#components/table/use-list-filters.ts";
import { useTableState } from "#components/table/use-table-state.ts";
import { Elapsed } from "#components/ui/elapsed.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { StateChip } from "#components/ui/state-chip.tsx";
import { OPERATION_STATUSES } from "#shared/compute/states.ts";
import classes from "./lists.module.css";
import { AdminOperationDrawer } from "./operation-drawer.tsx";

/** Everything that changes VMs, of all organizations, newest first. A row opens its steps. */
export function AdminOperationList() {
  const t = useTranslations("admin.operations");
  const status = useTranslations("common.status");
  const words = useOperationWords();
  const filters = useListFilters(OPERATION_STATUSES);
  const state = useTableState();
  const [, show] = useShownOperation();
  const query = useQuery(useTRPC().compute.admin.operations.queryOptions(listInput({ page: state.page, status: filters.status, q: "" }), { placeholderData: keepPreviousData }));
  const columns: Column<Operation>[] = [
    {
      key: "kind",
      title: t("what"),
      render: (operation) => (
        <UnstyledButton className={classes.open} onClick={() => void show(operation.id)}>
          {words.kind(operation.kind)}
        </UnstyledButton>
      ),
    },
    { key: "status", title: t("state"), render: (operation) => <StateChip status={operation.compensating ? "compensating" : operation.status} kind="operation" reason={operation.error?.message ?? null} /> },
    { key: "subject", title: t("on"), render: (operation) => <span className={classes.cut}>{operation.subjectName}</span> },
    { key: "organization", title: t("organization"), from: "md", render: (operation) => <span className={classes.cut}>{operation.organizationName}</span> },
    { key: "started", title: t("started"), align: "right", width: 120, from: "sm", render: (operation) => <RelativeTime at={operation.createdAt} /> },
    { key: "took", title: t("took"), align: "right", width: 110, from: "sm", render: (operation) => operation.startedAt && <Elapsed from={operation.startedAt} to={operation.finishedAt} /> },
  ];
  return (
    <>
      <PageHeader title={t("title")} />
      <FilteredList
        label={t("title")}
        query={query}
        columns={columns}
        filters={filters}
        state={state}
        statuses={OPERATION_STATUSES.map((value) => ({ value, label: status(value) }))}
        onRowClick={(operation) => void show(operation.id)}
        empty={
          <EmptyState icon={<IconActivity />} title={t("empty")}>
            {t("emptyText")}
          </EmptyState>
        }
      />
      <AdminOperationDrawer />
    </>
  );
}
