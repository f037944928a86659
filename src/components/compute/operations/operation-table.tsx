"use client";

import { Select, UnstyledButton } from "@mantine/core";
import { IconActivity } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { parseAsStringLiteral, useQueryState } from "nuqs";
import { useTRPC } from "#components/api/trpc.ts";
import { type Column, DataTable } from "#components/table/data-table.tsx";
import { useTableState } from "#components/table/use-table-state.ts";
import { Elapsed } from "#components/ui/elapsed.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { Section } from "#components/ui/section.tsx";
import { StateChip } from "#components/ui/state-chip.tsx";
import { OPERATION_STATUSES } from "#shared/compute/states.ts";
import type { Operation } from "../types.ts";
import { useShownOperation } from "./use-shown-operation.ts";
import classes from "./operation-table.module.css";
import { useOperationWords } from "./operation-words.ts";

/** Operations, newest first; of one thing, or of the whole organization. A row opens its steps. */
export function OperationTable({ subjectId }: { subjectId?: string }) {
  const t = useTranslations("vm.operation");
  const status = useTranslations("common.status");
  const words = useOperationWords();
  const state = useTableState();
  const [, show] = useShownOperation();
  const [wanted, setWanted] = useQueryState("state", parseAsStringLiteral(OPERATION_STATUSES).withOptions({ history: "push" }));
  const query = useQuery(
    useTRPC().compute.operations.list.queryOptions(
      { page: state.page, ...(subjectId === undefined ? {} : { subjectId }), ...(wanted ? { status: wanted } : {}) },
      { placeholderData: keepPreviousData },
    ),
  );
  const columns: Column<Operation>[] = [
    { key: "status", title: t("state"), width: 116, render: (operation) => <StateChip status={operation.status} kind="operation" /> },
    {
      key: "kind",
      title: t("what"),
      render: (operation) => (
        <UnstyledButton className={classes.what} onClick={() => void show(operation.id)}>
          {words.kind(operation.kind)}
          {subjectId === undefined && <span className={classes.subject}>{operation.subjectName}</span>}
        </UnstyledButton>
      ),
    },
    { key: "when", title: t("when"), width: 92, render: (operation) => <RelativeTime at={operation.createdAt} /> },
    { key: "took", title: t("took"), width: 110, from: "sm", align: "right", render: (operation) => operation.startedAt && <Elapsed from={operation.startedAt} to={operation.finishedAt} /> },
  ];
  return (
    <Section
      title={t("plural")}
      flush
      actions={
        <Select
          aria-label={t("state")}
          size="xs"
          w={160}
          clearable
          placeholder={t("allStates")}
          data={OPERATION_STATUSES.map((each) => ({ value: each, label: status(each) }))}
          value={wanted}
          onChange={(value) => {
            void setWanted(OPERATION_STATUSES.find((each) => each === value) ?? null);
            state.setPage(1);
          }}
        />
      }
    >
      <DataTable
        label={t("plural")}
        rows={query.data?.data}
        columns={columns}
        onRowClick={(operation) => void show(operation.id)}
        stale={query.isPlaceholderData}
        error={query.error}
        onRetry={() => void query.refetch()}
        empty={
          wanted ? (
            <EmptyState title={t("noMatch")} compact />
          ) : (
            <EmptyState icon={<IconActivity />} title={t("none")} compact={subjectId !== undefined}>
              {t("noneText")}
            </EmptyState>
          )
        }
        state={state}
        {...(query.data ? { pagination: query.data.pagination } : {})}
      />
    </Section>
  );
}
