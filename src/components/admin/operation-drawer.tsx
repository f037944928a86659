"use client";

import { Drawer, Progress, Skeleton } from "@mantine/core";
import { skipToken, useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useTRPC } from "#components/api/trpc.ts";
import { useShownOperation } from "#components/compute/operations/use-shown-operation.ts";
import { BatchResults } from "#components/compute/operations/batch-results.tsx";
import { OperationSteps } from "#components/compute/operations/operation-steps.tsx";
import { useOperationWords } from "#components/compute/operations/operation-words.ts";
import type { Operation } from "#components/compute/types.ts";
import { CopyText } from "#components/ui/copy-text.tsx";
import { Elapsed } from "#components/ui/elapsed.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { KeyValue } from "#components/ui/key-value.tsx";
import { ExactTime } from "#components/ui/relative-time.tsx";
import { StateChip } from "#components/ui/state-chip.tsx";
import { operationIsOver } from "#shared/compute/states.ts";
import { OperationActions } from "./operation-actions.tsx";
import classes from "./operation-drawer.module.css";

/** One operation of any organization, named in the address (`?op=`): its steps, what went wrong, whose it is. Live while it is open. */
export function AdminOperationDrawer() {
  const t = useTranslations("admin.operations");
  const words = useOperationWords();
  const [id, show] = useShownOperation();
  const query = useQuery(useTRPC().compute.admin.operation.queryOptions(id === null ? skipToken : { id }));
  const title = query.data ? `${words.kind(query.data.kind)}: ${query.data.subjectName}` : t("untitled");
  return (
    <Drawer opened={id !== null} onClose={() => void show(null)} title={title} position="right" size="md">
      {query.data ? <Details operation={query.data} /> : query.error ? <ErrorState error={query.error} title={t("loadFailed")} onRetry={() => void query.refetch()} compact /> : <Skeleton height={260} />}
    </Drawer>
  );
}

function Details({ operation }: { operation: Operation }) {
  const t = useTranslations("admin.operations");
  const words = useTranslations("vm.operation");
  return (
    <div className={classes.details}>
      {!operationIsOver(operation.status) && <Progress value={operation.progress} size={4} color={operation.compensating ? "amber" : "teal"} aria-label={t("what")} />}
      {operation.error && (
        <div className={classes.error}>
          <h3>{t("error")}</h3>
          <p>{operation.error.message}</p>
          <code>{operation.error.code}</code>
        </div>
      )}
      <OperationSteps operation={operation} />
      {operation.results && <BatchResults results={operation.results} />}
      {operation.abandoned && <p className={classes.note}>{words("abandoned")}</p>}
      <OperationActions operation={operation} />
      <KeyValue
        items={[
          { label: t("state"), value: <StateChip status={operation.compensating ? "compensating" : operation.status} kind="operation" /> },
          { label: t("started"), value: <ExactTime at={operation.createdAt} /> },
          { label: t("took"), value: operation.startedAt && <Elapsed from={operation.startedAt} to={operation.finishedAt} /> },
          { label: t("id"), value: <CopyText value={operation.id} label={t("id")} /> },
          { label: t("subject"), value: <CopyText value={operation.subjectId} label={t("subject")} /> },
          { label: t("organization"), value: <CopyText value={operation.organizationId} label={t("organization")}>{operation.organizationName}</CopyText> },
        ]}
      />
    </div>
  );
}
