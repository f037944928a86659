"use client";

import { Select } from "@mantine/core";
import { IconCreditCard } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { parseAsStringLiteral, useQueryStates, parseAsString } from "nuqs";
import type { z } from "zod";
import { useTRPC } from "#components/api/trpc.ts";
import { useMoney } from "#components/billing/top-up/use-money.ts";
import type { Column } from "#components/table/data-table.tsx";
import bar from "#components/table/filter-bar.module.css";
import { FilteredList } from "#components/table/filtered-list.tsx";
import { listInput } from "#components/table/list-input.ts";
import { useListFilters } from "#components/table/use-list-filters.ts";
import { useTableState } from "#components/table/use-table-state.ts";
import { Credits } from "#components/ui/credits.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { StateChip } from "#components/ui/state-chip.tsx";
import { type foundTopUpOutput, PROVIDERS, TOP_UP_FILTERS } from "#shared/billing/admin-top-ups.ts";
import { paymentsInput } from "./payment-input.ts";
import classes from "./payments.module.css";

type Payment = z.infer<typeof foundTopUpOutput>;

/** Everybody's payments, newest first; what was paid otherwise than asked and what is disputed stands out. */
export function PaymentList() {
  const t = useTranslations("payments");
  const status = useTranslations("common.status");
  const filters = useListFilters(TOP_UP_FILTERS);
  const state = useTableState();
  const [{ provider }, set] = useQueryStates({ provider: parseAsStringLiteral(PROVIDERS), page: parseAsString });
  const input = paymentsInput(listInput({ page: state.page, status: filters.status, q: filters.q }), provider);
  const query = useQuery(useTRPC().platform.topUps.queryOptions(input, { placeholderData: keepPreviousData }));
  return (
    <>
      <PageHeader title={t("title")} description={t("description")} />
      <FilteredList
        label={t("title")}
        query={query}
        columns={useColumns()}
        filters={provider === null ? filters : { ...filters, active: true, clear: () => { filters.clear(); void set({ provider: null }); } }}
        state={state}
        searchLabel={t("search")}
        statuses={TOP_UP_FILTERS.map((value) => ({ value, label: status(value) }))}
        choices={
          <Select
            className={bar.choice ?? ""}
            aria-label={t("provider")}
            placeholder={t("allProviders")}
            clearable
            data={PROVIDERS.map((value) => ({ value, label: t(`providers.${value}`) }))}
            value={provider}
            onChange={(value) => void set({ provider: PROVIDERS.find((each) => each === value) ?? null, page: null })}
          />
        }
        rowHref={(payment) => `/admin/payments/${payment.id}`}
        empty={
          <EmptyState icon={<IconCreditCard />} title={t("none")}>
            {t("noneText")}
          </EmptyState>
        }
      />
    </>
  );
}

function useColumns(): Column<Payment>[] {
  const t = useTranslations("payments");
  const money = useMoney();
  return [
    { key: "customer", title: t("customer"), render: (payment) => payment.organizationName || payment.organizationId },
    { key: "state", title: t("state"), render: (payment) => <PaymentState payment={payment} /> },
    {
      key: "price",
      title: t("price"),
      align: "right",
      render: (payment) => (
        <span className={classes.amount}>
          {money(payment.amountMinor, payment.currency)}
          {payment.refundedMinor > 0 && <span className={classes.below}>{t("refunded", { amount: money(payment.refundedMinor, payment.currency) })}</span>}
        </span>
      ),
    },
    { key: "credits", title: t("credits"), align: "right", from: "sm", render: (payment) => <Credits micro={payment.credits} /> },
    { key: "owed", title: t("owed"), align: "right", from: "lg", render: (payment) => (payment.owed === "0" ? "" : <Credits micro={payment.owed} />) },
    {
      key: "provider",
      title: t("provider"),
      from: "md",
      render: (payment) => (
        <>
          {payment.provider === "stripe" || payment.provider === "test" ? t(`providers.${payment.provider}`) : payment.provider}
          {payment.automatic && <span className={classes.tag}>{t("automatic")}</span>}
        </>
      ),
    },
    { key: "receipt", title: t("receipt"), from: "md", render: (payment) => payment.receiptNumber ?? "" },
    { key: "when", title: t("when"), align: "right", from: "sm", render: (payment) => <RelativeTime at={payment.createdAt} /> },
  ];
}

/** Something else was paid than was asked: that is more than a payment that failed. */
export function PaymentState({ payment }: { payment: Pick<Payment, "status" | "mismatched" | "failure"> }) {
  return <StateChip status={payment.mismatched ? "mismatched" : payment.status} reason={payment.failure} />;
}
