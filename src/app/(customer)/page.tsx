import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { OPEN_ALERTS } from "#components/alerts/alert-input.ts";
import { OpenAlerts } from "#components/alerts/open-alerts.tsx";
import { Hydrate } from "#components/api/hydrate.tsx";
import { prefetch, trpc } from "#components/api/server.ts";
import { LowBalance } from "#components/billing/low-balance.tsx";
import { HomeChecklist } from "#components/compute/home-checklist.tsx";
import { HOME_VMS, RECENT_OPERATIONS } from "#components/compute/home-limits.ts";
import { HomeTiles } from "#components/compute/home-tiles.tsx";
import { HomeVms } from "#components/compute/list/home-vms.tsx";
import { OperationDrawer } from "#components/compute/operations/operation-drawer.tsx";
import { RecentOperations } from "#components/compute/operations/recent-operations.tsx";
import { Columns, Rows } from "#components/ui/grid.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { Section } from "#components/ui/section.tsx";
import { TextLink } from "#components/ui/text-link.tsx";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("vm.home");
  return { title: t("title") };
}

export default async function Page() {
  const [t] = await Promise.all([
    getTranslations("vm.home"),
    prefetch(
      trpc.billing.balance.queryOptions(),
      trpc.payments.options.queryOptions(),
      trpc.billing.chart.queryOptions({ range: "7d" }),
      trpc.compute.vms.list.queryOptions({ limit: HOME_VMS }),
      trpc.compute.vms.list.queryOptions({ limit: 1, status: "running" }),
      trpc.compute.vms.list.queryOptions({ limit: 1 }),
      trpc.compute.vms.list.queryOptions({ limit: 1, includeGone: true }),
      trpc.compute.projects.list.queryOptions({ limit: 1 }),
      trpc.compute.sshKeys.list.queryOptions(),
      trpc.compute.operations.list.queryOptions({ limit: RECENT_OPERATIONS }),
      trpc.machines.alerts.list.queryOptions(OPEN_ALERTS),
    ),
  ]);
  return (
    <Hydrate>
      <PageHeader title={t("title")} />
      <Rows>
        <LowBalance />
        <HomeChecklist />
        <HomeTiles />
        <OpenAlerts side="customer" />
        <Columns min={420}>
          <Section title={t("vms")} actions={<TextLink href="/vms">{t("allVms")}</TextLink>} flush>
            <HomeVms />
          </Section>
          <Section title={t("recent")} actions={<TextLink href="/activity">{t("allActivity")}</TextLink>} flush>
            <RecentOperations />
          </Section>
        </Columns>
      </Rows>
      <OperationDrawer />
    </Hydrate>
  );
}
