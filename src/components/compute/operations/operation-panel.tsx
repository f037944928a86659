"use client";

import { Drawer, Skeleton } from "@mantine/core";
import { skipToken, useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useTRPC } from "#components/api/trpc.ts";
import { CopyText } from "#components/ui/copy-text.tsx";
import { Elapsed } from "#components/ui/elapsed.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { KeyValue } from "#components/ui/key-value.tsx";
import { ExactTime } from "#components/ui/relative-time.tsx";
import { StateChip } from "#components/ui/state-chip.tsx";
import { TextLink } from "#components/ui/text-link.tsx";
import type { Operation } from "../types.ts";
import { OperationBody } from "./operation-body.tsx";
import { useShownOperation } from "./use-shown-operation.ts";
import classes from "./operation-drawer.module.css";
import { useOperationWords } from "./operation-words.ts";

/** The drawer itself, fetched when it is first opened. */
export function OperationPanel() {
  const t = useTranslations("vm.operation");
  const words = useOperationWords();
  const trpc = useTRPC();
  const [id, show] = useShownOperation();
  const query = useQuery(trpc.compute.operations.get.queryOptions(id === null ? skipToken : { id }));
  const title = query.data ? `${words.kind(query.data.kind)}: ${query.data.subjectName}` : t("title");
  return (
    <Drawer opened={id !== null} onClose={() => void show(null)} title={title} position="right" size="md">
      {query.data ? <OperationDetails operation={query.data} /> : query.error ? <ErrorState error={query.error} title={t("loadFailed")} onRetry={() => void query.refetch()} compact /> : <Skeleton height={260} />}
    </Drawer>
  );
}

function OperationDetails({ operation }: { operation: Operation }) {
  const t = useTranslations("vm.operation");
  return (
    <div className={classes.details}>
      <OperationBody operation={operation} />
      <KeyValue
        items={[
          { label: t("on"), value: operation.subjectType === "vm" ? <TextLink href={`/vms/${operation.subjectId}`}>{operation.subjectName}</TextLink> : operation.subjectName },
          { label: t("state"), value: <StateChip status={operation.compensating ? "compensating" : operation.status} kind="operation" /> },
          { label: t("asked"), value: <ExactTime at={operation.createdAt} /> },
          { label: t("took"), value: operation.startedAt && <Elapsed from={operation.startedAt} to={operation.finishedAt} /> },
          { label: t("id"), value: <CopyText value={operation.id} label={t("id")} /> },
        ]}
      />
    </div>
  );
}
