"use client";

import { Button } from "@mantine/core";
import { IconChecklist } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useTRPC } from "#components/api/trpc.ts";
import { type Column, DataTable } from "#components/table/data-table.tsx";
import { Duration } from "#components/ui/duration.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { Section } from "#components/ui/section.tsx";
import { StateChip } from "#components/ui/state-chip.tsx";
import { useNotify } from "#components/ui/use-notify.ts";
import classes from "./ledger-checks.module.css";
import type { LedgerCheck } from "./types.ts";

/** The nightly self-checks of the books, what they found, and one now. */
export function LedgerChecks() {
  const t = useTranslations("admin.checks");
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const notify = useNotify();
  const query = useQuery(trpc.billing.admin.checks.queryOptions());
  const check = useMutation(
    trpc.billing.admin.check.mutationOptions({
      onSuccess: ({ findings }) => {
        if (findings.length === 0) notify.done(t("doneGood"));
        void queryClient.invalidateQueries(trpc.billing.admin.checks.queryFilter());
        void queryClient.invalidateQueries(trpc.platform.overview.queryFilter());
      },
      onError: (error) => notify.failed(t("failed"), error),
    }),
  );
  const columns: Column<LedgerCheck>[] = [
    { key: "at", title: t("at"), render: (row) => <RelativeTime at={row.startedAt} /> },
    { key: "result", title: t("result"), render: (row) => <StateChip status={row.findings.length === 0 ? "pass" : "fail"} /> },
    { key: "took", title: t("took"), from: "sm", render: (row) => <Duration seconds={(Date.parse(row.finishedAt) - Date.parse(row.startedAt)) / 1_000} /> },
    { key: "findings", title: t("findings"), render: (row) => <Findings findings={row.findings} /> },
  ];
  return (
    <Section
      title={t("title")}
      description={t("text")}
      flush
      actions={
        <Button variant="default" size="xs" loading={check.isPending} onClick={() => check.mutate()}>
          {t("run")}
        </Button>
      }
    >
      <DataTable
        label={t("title")}
        rows={query.data?.data}
        columns={columns}
        error={query.error}
        onRetry={() => void query.refetch()}
        empty={
          <EmptyState icon={<IconChecklist />} title={t("none")} compact>
            {t("noneText")}
          </EmptyState>
        }
      />
    </Section>
  );
}

/** Findings are in English, as in the log: whoever repairs the books needs the exact words. */
function Findings({ findings }: { findings: readonly string[] }) {
  const t = useTranslations("admin.checks");
  if (findings.length === 0) return <span className={classes.good}>{t("good")}</span>;
  return (
    <ul className={classes.findings}>
      {findings.map((finding) => (
        <li key={finding}>{finding}</li>
      ))}
    </ul>
  );
}
