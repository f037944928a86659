import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { Hydrate } from "#components/api/hydrate.tsx";
import { prefetch, requestQueryClient, trpc } from "#components/api/server.ts";
import { BalanceTiles } from "#components/billing/balance-tiles.tsx";
import { ComingPrices } from "#components/billing/coming-prices.tsx";
import { CreditCharts } from "#components/billing/credit-charts.tsx";
import { Ledger } from "#components/billing/ledger.tsx";
import { LEDGER_INPUT } from "#components/billing/ledger-query.ts";
import { LOTS_INPUT } from "#components/billing/lot-query.ts";
import { Lots } from "#components/billing/lots.tsx";
import { LowBalance } from "#components/billing/low-balance.tsx";
import { NewStatement } from "#components/billing/statements/new-statement.tsx";
import { LATEST_STATEMENT } from "#components/billing/statements/statement-query.ts";
import { AutoTopUp } from "#components/billing/top-up/auto-top-up.tsx";
import { TopUpButton } from "#components/billing/top-up/top-up-button.tsx";
import { TopUpList } from "#components/billing/top-up/top-up-list.tsx";
import { TOP_UP_INPUT } from "#components/billing/top-up/top-up-query.ts";
import { TopUpReturn } from "#components/billing/top-up/top-up-return.tsx";
import { ButtonLink } from "#components/ui/button-link.tsx";
import { Rows } from "#components/ui/grid.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";

interface PageProps {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("credits");
  return { title: t("title") };
}

export default async function Page({ searchParams }: PageProps) {
  const [t, statements, { range }] = await Promise.all([getTranslations("credits"), getTranslations("statements"), searchParams]);
  await Promise.all([
    prefetch(trpc.billing.balance.queryOptions(), trpc.billing.chart.queryOptions({ range: range === "24h" || range === "30d" ? range : "7d" })),
    prefetch(trpc.billing.comingPrices.queryOptions(), trpc.billing.spending.queryOptions(), trpc.billing.lots.queryOptions(LOTS_INPUT)),
    prefetch(trpc.payments.options.queryOptions(), trpc.payments.automatic.queryOptions(), trpc.statements.list.queryOptions(LATEST_STATEMENT)),
    requestQueryClient().prefetchInfiniteQuery(trpc.payments.list.infiniteQueryOptions(TOP_UP_INPUT, { getNextPageParam: (page) => page.nextCursor })),
    requestQueryClient().prefetchInfiniteQuery(trpc.billing.history.infiniteQueryOptions(LEDGER_INPUT, { getNextPageParam: (page) => page.nextCursor })),
  ]);
  return (
    <Hydrate>
      <PageHeader title={t("title")} description={t("description")} actions={<BillingActions statements={statements("link")} charges={statements("charges.link")} />} />
      <Rows>
        <TopUpReturn />
        <LowBalance />
        <NewStatement />
        <BalanceTiles />
        <ComingPrices />
        <CreditCharts />
        <Lots />
        <TopUpList />
        <AutoTopUp />
        <Ledger />
      </Rows>
    </Hydrate>
  );
}

function BillingActions({ statements, charges }: { statements: string; charges: string }) {
  return (
    <>
      <ButtonLink href="/billing/charges" variant="default">
        {charges}
      </ButtonLink>
      <ButtonLink href="/billing/statements" variant="default">
        {statements}
      </ButtonLink>
      <TopUpButton />
    </>
  );
}
