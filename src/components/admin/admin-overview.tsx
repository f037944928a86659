"use client";

import { useQuery } from "@tanstack/react-query";
import { useFormatter, useTranslations } from "next-intl";
import { OpenAlerts } from "#components/alerts/open-alerts.tsx";
import { useTRPC } from "#components/api/trpc.ts";
import { Credits } from "#components/ui/credits.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { Rows } from "#components/ui/grid.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { StatRowSkeleton } from "#components/ui/skeletons.tsx";
import { Stat, StatRow } from "#components/ui/stat.tsx";
import { Attention } from "./attention.tsx";
import { Hosts } from "./hosts.tsx";
import type { Overview } from "./types.ts";

/** The whole installation at a glance: what runs, what it earns, what needs somebody. */
export function AdminOverview() {
  const t = useTranslations("admin.overview");
  const query = useQuery(useTRPC().platform.overview.queryOptions());
  return (
    <>
      <PageHeader title={t("title")} />
      {query.data ? (
        <Rows>
          <Tiles overview={query.data} />
          <OpenAlerts side="admin" />
          <Attention ledgerCheck={query.data.ledgerCheck} />
          <Hosts hosts={query.data.hosts} />
        </Rows>
      ) : query.error ? (
        <ErrorState error={query.error} title={t("loadFailed")} onRetry={() => void query.refetch()} />
      ) : (
        <StatRowSkeleton />
      )}
    </>
  );
}

function Tiles({ overview: { customers, vms, machines, operations, credits } }: { overview: Overview }) {
  const t = useTranslations("admin.overview");
  const format = useFormatter();
  const waiting = t("machinesHint", { waiting: machines.awaitingClaim, draft: machines.draft });
  return (
    <>
      <StatRow>
        <Stat
          label={t("machines")}
          value={machines.offline > 0 ? `${format.number(machines.online)} / ${format.number(machines.online + machines.offline)}` : format.number(machines.online)}
          tone={machines.offline > 0 ? "bad" : "neutral"}
          hint={machines.offline > 0 ? t("machinesOffline", { count: machines.offline }) : waiting}
          href={machines.offline > 0 ? "/admin/machines?status=offline" : "/admin/machines"}
        />
        <Stat label={t("vms")} value={format.number(vms.running)} hint={t("vmsHint", { stopped: vms.stopped, other: vms.other })} href="/admin/vms" />
        <Stat
          label={t("operations")}
          value={format.number(operations.running)}
          tone={operations.failedToday > 0 ? "warn" : "neutral"}
          hint={operations.failedToday > 0 ? t("failedToday", { count: operations.failedToday }) : t("noneFailed")}
          href={operations.failedToday > 0 ? "/admin/operations?status=failed" : "/admin/operations"}
        />
        <Stat label={t("customers")} value={format.number(customers)} href="/admin/customers" />
      </StatRow>
      <StatRow>
        <Stat label={t("circulation")} value={<Credits micro={credits.inCirculation} />} hint={t("circulationHint")} />
        <Stat label={t("burn")} value={<Credits micro={credits.burnPerHour} perHour />} hint={t("burnHint")} />
        <Stat label={t("spent")} value={<Credits micro={credits.spentToday} />} hint={t("spentHint")} />
      </StatRow>
    </>
  );
}
