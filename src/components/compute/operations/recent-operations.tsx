"use client";

import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useTRPC } from "#components/api/trpc.ts";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { RowButton, RowList } from "#components/ui/row-list.tsx";
import { TableSkeleton } from "#components/ui/skeletons.tsx";
import { StateChip } from "#components/ui/state-chip.tsx";
import { RECENT_OPERATIONS } from "../home-limits.ts";
import { useShownOperation } from "./use-shown-operation.ts";
import { useOperationWords } from "./operation-words.ts";
import classes from "./recent-operations.module.css";

/** The latest operations, each a button that opens its steps. */
export function RecentOperations() {
  const t = useTranslations("vm.operation");
  const words = useOperationWords();
  const [, show] = useShownOperation();
  const query = useQuery(useTRPC().compute.operations.list.queryOptions({ limit: RECENT_OPERATIONS }));
  if (query.error && !query.data) return <ErrorState error={query.error} title={t("listFailed")} onRetry={() => void query.refetch()} compact />;
  if (!query.data) return <TableSkeleton rows={4} />;
  if (query.data.data.length === 0) {
    return (
      <EmptyState title={t("none")} compact>
        {t("noneText")}
      </EmptyState>
    );
  }
  return (
    <RowList>
      {query.data.data.map((operation) => (
        <RowButton key={operation.id} className={classes.row} onClick={() => void show(operation.id)}>
          <StateChip status={operation.status} kind="operation" />
          <span className={classes.what}>
            {words.kind(operation.kind)} <span className={classes.subject}>{operation.subjectName}</span>
          </span>
          <span className={classes.when}>
            <RelativeTime at={operation.createdAt} />
          </span>
        </RowButton>
      ))}
    </RowList>
  );
}
