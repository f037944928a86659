import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import type { z } from "zod";
import { useTRPC, useTRPCClient } from "#components/api/trpc.ts";
import { DownloadButton } from "#components/billing/statements/download-button.tsx";
import { useMoney } from "#components/billing/top-up/use-money.ts";
import { type Column, DataTable } from "#components/table/data-table.tsx";
import { useTableState } from "#components/table/use-table-state.ts";
import { Credits } from "#components/ui/credits.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { Section } from "#components/ui/section.tsx";
import type { revenueCustomerOutput } from "#shared/billing/revenue.ts";
import { customersInput, type revenueInputOf } from "./revenue-input.ts";

type Row = z.infer<typeof revenueCustomerOutput> & { id: string };

/** The same by customer, who consumed most first. */
export function RevenueCustomers({ input }: { input: ReturnType<typeof revenueInputOf> }) {
  const t = useTranslations("revenue.customers");
  const client = useTRPCClient();
  const amount = useMoney();
  const state = useTableState();
  const query = useQuery(useTRPC().revenue.customers.queryOptions(customersInput(input, state.page), { placeholderData: keepPreviousData }));
  const { from, to } = input;
  const columns: Column<Row>[] = [
    { key: "customer", title: t("customer"), render: (row) => row.organizationName || row.organizationId },
    { key: "toppedUp", title: t("toppedUp"), align: "right", from: "sm", render: (row) => <Credits micro={row.toppedUp} /> },
    {
      key: "money",
      title: t("money"),
      align: "right",
      from: "md",
      // One line for each currency: they have no sum.
      render: ({ money }) => (money.length === 0 ? "–" : money.map(({ currency, netMinor }) => <div key={currency}>{amount(netMinor, currency)}</div>)),
    },
    { key: "given", title: t("given"), align: "right", from: "lg", render: (row) => <Credits micro={row.given} /> },
    { key: "consumed", title: t("consumed"), align: "right", render: (row) => <Credits micro={row.consumed.amount} /> },
    { key: "promotional", title: t("promotional"), align: "right", from: "md", render: (row) => <Credits micro={row.consumed.promotional} /> },
    { key: "breakage", title: t("breakage"), align: "right", from: "lg", render: (row) => <Credits micro={row.breakage} /> },
    { key: "adjusted", title: t("adjusted"), align: "right", from: "lg", render: (row) => <Credits micro={row.adjusted} /> },
    { key: "closing", title: t("closing"), align: "right", from: "sm", render: (row) => <Credits micro={row.closing} /> },
  ];
  return (
    <Section title={t("title")} description={t("text")} flush actions={<DownloadButton label={t("csv")} load={() => client.revenue.customersCsv.query({ from, to })} />}>
      <DataTable
        label={t("title")}
        rows={query.data?.data.map((row) => ({ ...row, id: row.organizationId }))}
        columns={columns}
        rowHref={(row) => `/admin/customers/${row.organizationId}`}
        stale={query.isPlaceholderData}
        error={query.error}
        onRetry={() => void query.refetch()}
        state={state}
        {...(query.data ? { pagination: query.data.pagination } : {})}
        empty={<EmptyState title={t("none")} compact />}
      />
    </Section>
  );
}
