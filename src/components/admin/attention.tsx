"use client";

import { skipToken, useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useTRPC } from "#components/api/trpc.ts";
import { useMoney } from "#components/billing/top-up/use-money.ts";
import { useOperationWords } from "#components/compute/operations/operation-words.ts";
import { useViewer } from "#components/layout/viewer-context.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { RowLink, RowList } from "#components/ui/row-list.tsx";
import { Section } from "#components/ui/section.tsx";
import { TableSkeleton } from "#components/ui/skeletons.tsx";
import { StateChip } from "#components/ui/state-chip.tsx";
import { useClock } from "#components/ui/use-clock.ts";
import classes from "./attention.module.css";
import { FAILED_OPERATIONS, OFFLINE_MACHINES, PAYMENTS_IN_TROUBLE } from "./attention-input.ts";
import type { Overview } from "./types.ts";

const DAY_MS = 86_400_000;

/** What an operator has to look at now: books that do not balance, payments that are disputed or are not what was asked, machines that are offline, operations that failed within a day. Each leads to its page. */
export function Attention({ ledgerCheck }: Pick<Overview, "ledgerCheck">) {
  const t = useTranslations("admin.attention");
  const words = useOperationWords();
  const now = useClock();
  const trpc = useTRPC();
  const { permissions } = useViewer().me;
  const offline = useQuery(trpc.machines.admin.list.queryOptions(permissions.includes("platform:machines:read") ? OFFLINE_MACHINES : skipToken));
  const failed = useQuery(trpc.compute.admin.operations.queryOptions(permissions.includes("platform:operations:read") ? FAILED_OPERATIONS : skipToken));
  const troubled = useQuery(trpc.platform.topUps.queryOptions(permissions.includes("platform:payments:read") ? PAYMENTS_IN_TROUBLE : skipToken));
  const money = useMoney();
  const payments = troubled.data?.data ?? [];
  const machines = offline.data?.data ?? [];
  const operations = (failed.data?.data ?? []).filter((operation) => now - Date.parse(operation.finishedAt ?? operation.createdAt) < DAY_MS);
  const faults = ledgerCheck?.findings.length ?? 0;
  const more = [
    ...((troubled.data?.pagination.total ?? 0) > payments.length ? [{ href: "/admin/payments", label: t("allPayments") }] : []),
    ...((offline.data?.pagination.total ?? 0) > machines.length ? [{ href: "/admin/machines?status=offline", label: t("allMachines") }] : []),
    ...(operations.length === FAILED_OPERATIONS.limit ? [{ href: "/admin/operations?status=failed", label: t("allOperations") }] : []),
  ];
  return (
    <Section title={t("title")} flush>
      {offline.isLoading || failed.isLoading || troubled.isLoading ? (
        <TableSkeleton rows={2} />
      ) : machines.length + operations.length + payments.length + faults === 0 ? (
        <EmptyState title={t("none")} compact>
          {t("noneText")}
        </EmptyState>
      ) : (
        <RowList>
          {ledgerCheck && faults > 0 && (
            <RowLink href="/admin/ledger" className={classes.row}>
              <span className={classes.state}>
                <StateChip status="fail" />
              </span>
              <span className={classes.what}>
                {t("ledger", { count: faults })} <span className={classes.detail}>{ledgerCheck.findings[0]}</span>
              </span>
              <span className={classes.when}>
                <RelativeTime at={ledgerCheck.finishedAt} />
              </span>
            </RowLink>
          )}
          {payments.map((payment) => (
            <RowLink key={payment.id} href={`/admin/payments/${payment.id}`} className={classes.row}>
              <span className={classes.state}>
                <StateChip status={payment.mismatched ? "mismatched" : payment.status} />
              </span>
              <span className={classes.what}>
                {t("payment", { name: payment.organizationName })} <span className={classes.detail}>{t(payment.mismatched ? "mismatched" : "disputed", { amount: money(payment.amountMinor, payment.currency) })}</span>
              </span>
              <span className={classes.when}>
                <RelativeTime at={payment.createdAt} />
              </span>
            </RowLink>
          ))}
          {machines.map((machine) => (
            <RowLink key={machine.id} href={`/admin/machines/${machine.id}`} className={classes.row}>
              <span className={classes.state}>
                <StateChip status="offline" alarming />
              </span>
              <span className={classes.what}>
                {machine.name} <span className={classes.detail}>{machine.address || machine.organizationName}</span>
              </span>
              <span className={classes.when}>
                <RelativeTime at={machine.lastSeenAt} />
              </span>
            </RowLink>
          ))}
          {operations.map((operation) => (
            <RowLink key={operation.id} href={`/admin/operations?op=${operation.id}`} className={classes.row}>
              <span className={classes.state}>
                <StateChip status="failed" kind="operation" />
              </span>
              <span className={classes.what}>
                {words.kind(operation.kind)} · {operation.subjectName} {operation.error && <span className={classes.detail}>{operation.error.message}</span>}
              </span>
              <span className={classes.when}>
                <RelativeTime at={operation.finishedAt ?? operation.createdAt} />
              </span>
            </RowLink>
          ))}
          {more.map(({ href, label }) => (
            <RowLink key={href} href={href} className={classes.more}>
              {label}
            </RowLink>
          ))}
        </RowList>
      )}
    </Section>
  );
}
