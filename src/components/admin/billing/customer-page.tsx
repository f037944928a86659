"use client";

import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useFormatter, useTranslations } from "next-intl";
import { useState } from "react";
import { useTRPC } from "#components/api/trpc.ts";
import { LotTable } from "#components/billing/lot-table.tsx";
import { hoursLeft } from "#components/billing/forecast.ts";
import { useTimeLeft } from "#components/billing/use-time-left.ts";
import { useViewer } from "#components/layout/viewer-context.tsx";
import { CopyText } from "#components/ui/copy-text.tsx";
import { Credits } from "#components/ui/credits.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { Rows } from "#components/ui/grid.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { Section } from "#components/ui/section.tsx";
import { PageSkeleton, TableSkeleton } from "#components/ui/skeletons.tsx";
import { Stat, StatRow } from "#components/ui/stat.tsx";
import { formatCredits } from "#shared/credits.ts";
import { GrantDialog } from "../grant-dialog.tsx";
import { AdjustDialog } from "./adjust-dialog.tsx";
import classes from "./customer-page.module.css";
import { CustomerLedger } from "./customer-ledger.tsx";
import { HoldList } from "./hold-list.tsx";
import { lotsInput } from "./queries.ts";
import type { CustomerDetail } from "./types.ts";

/** One customer's credits: what they hold, of what, every entry, and what an administrator can do about it. */
export function CustomerPage({ organizationId }: { organizationId: string }) {
  const t = useTranslations("admin.customer");
  const query = useQuery(useTRPC().platform.customer.queryOptions({ organizationId }));
  if (query.data) return <Content customer={query.data} />;
  return query.error ? <ErrorState error={query.error} title={t("loadFailed")} onRetry={() => void query.refetch()} /> : <PageSkeleton />;
}

function Content({ customer }: { customer: CustomerDetail }) {
  const t = useTranslations("admin.customer");
  const timeLeft = useTimeLeft();
  const format = useFormatter();
  const mayMove = useViewer().me.permissions.includes("platform:credits:grant");
  const [opened, setOpened] = useState<"grant" | "adjust" | null>(null);
  const { credits } = customer;
  return (
    <>
      <PageHeader
        back={{ href: "/admin/customers", label: t("back") }}
        title={customer.organizationName}
        description={
          <>
            {customer.owner && <>{customer.owner.name} · {customer.owner.email} · </>}
            <CopyText value={customer.organizationId} label={t("id")} />
          </>
        }
        actions={
          mayMove ? (
            <>
              <Button variant="default" onClick={() => setOpened("adjust")}>
                {t("adjust")}
              </Button>
              <Button onClick={() => setOpened("grant")}>{t("grant")}</Button>
            </>
          ) : undefined
        }
      />
      <Rows>
        <StatRow>
          <Stat label={t("available")} value={<Credits micro={credits.available} />} hint={t("parts", { paid: formatCredits(credits.paid), promotional: formatCredits(credits.promotional) })} />
          <Stat label={t("held")} value={<Credits micro={credits.held} />} hint={t("balance", { amount: formatCredits(credits.balance) })} />
          <Stat label={t("burn")} value={<Credits micro={credits.burnPerHour} perHour />} hint={t("lasts", { left: timeLeft(hoursLeft(credits.available, credits.burnPerHour)) })} />
          <Stat label={t("vms")} value={format.number(customer.vmCount)} />
        </StatRow>
        <CustomerLots organizationId={customer.organizationId} />
        <HoldList organizationId={customer.organizationId} />
        <CustomerLedger customer={customer} />
      </Rows>
      <GrantDialog customer={opened === "grant" ? { name: customer.organizationName, organizationId: customer.organizationId, balance: credits.balance } : null} onClose={() => setOpened(null)} />
      <AdjustDialog customer={customer} opened={opened === "adjust"} onClose={() => setOpened(null)} />
    </>
  );
}

function CustomerLots({ organizationId }: { organizationId: string }) {
  const t = useTranslations("credits.lots");
  const query = useQuery(useTRPC().billing.admin.lots.queryOptions(lotsInput(organizationId)));
  const { data } = query;
  return (
    <Section title={t("title")} description={t("text")} flush>
      {query.error && !data ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : !data ? (
        <TableSkeleton rows={2} />
      ) : data.data.length === 0 ? (
        <EmptyState title={t("none")} compact />
      ) : (
        <LotTable lots={data.data} />
      )}
      {data && data.pagination.total > data.data.length && <p className={classes.beyond}>{t("beyond", { count: data.pagination.total - data.data.length })}</p>}
    </Section>
  );
}
