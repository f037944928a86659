"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { parseAsString, useQueryStates } from "nuqs";
import { useTRPC, useTRPCClient } from "#components/api/trpc.ts";
import { DownloadButton } from "#components/billing/statements/download-button.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { Rows } from "#components/ui/grid.tsx";
import { Notice } from "#components/ui/notice.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { StatRowSkeleton } from "#components/ui/skeletons.tsx";
import { useClock } from "#components/ui/use-clock.ts";
import { RevenueCharts } from "./revenue-charts.tsx";
import { RevenueCustomers } from "./revenue-customers.tsx";
import { revenueInputOf } from "./revenue-input.ts";
import { RevenueMonths } from "./revenue-months.tsx";
import { RevenueProducts } from "./revenue-products.tsx";
import { RevenueMoney, RevenueMovements } from "./revenue-tables.tsx";
import { RevenueTiles } from "./revenue-tiles.tsx";

/** While the sums are behind the ledger they are asked for again. */
const BEHIND_MS = 3_000;

/** What customers paid, consumed and have left in the months that the address names. */
export function RevenuePage() {
  const t = useTranslations("revenue");
  const client = useTRPCClient();
  const now = useClock();
  const [asked, setAsked] = useQueryStates({ from: parseAsString, to: parseAsString, by: parseAsString, page: parseAsString });
  const input = revenueInputOf(asked, now);
  const query = useQuery(useTRPC().revenue.report.queryOptions(input, { placeholderData: keepPreviousData, refetchInterval: ({ state }) => (state.data?.upToDate === false ? BEHIND_MS : false) }));
  const { data } = query;
  return (
    <>
      <PageHeader title={t("title")} description={t("description")} actions={<DownloadButton label={t("csv")} load={() => client.revenue.reportCsv.query(input)} />} />
      <Rows>
        <RevenueMonths input={input} onChange={(change) => void setAsked({ ...input, ...change, page: null })} />
        {data ? (
          <>
            {!data.upToDate && <Notice tone="warn" title={t("behind")}>{t("behindText")}</Notice>}
            <RevenueTiles revenue={data} />
            <RevenueCharts revenue={data} by={input.by} />
            <RevenueMovements revenue={data} />
            <RevenueMoney revenue={data} />
          </>
        ) : query.error ? (
          <ErrorState error={query.error} onRetry={() => void query.refetch()} />
        ) : (
          <StatRowSkeleton />
        )}
        <RevenueProducts input={input} />
        <RevenueCustomers input={input} />
      </Rows>
    </>
  );
}
