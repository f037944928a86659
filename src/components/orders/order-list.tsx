"use client";

import { IconShoppingCart } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useTRPC } from "#components/api/trpc.ts";
import type { Column } from "#components/table/data-table.tsx";
import { FilteredList } from "#components/table/filtered-list.tsx";
import { listInput } from "#components/table/list-input.ts";
import { useListFilters } from "#components/table/use-list-filters.ts";
import { useTableState } from "#components/table/use-table-state.ts";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { ORDER_STATUSES } from "#shared/machines/states.ts";
import { AdminOrderDrawer } from "./order-drawer.tsx";
import classes from "./orders.module.css";
import type { AdminOrder } from "./types.ts";
import { useOrderColumns } from "./use-order-columns.tsx";
import { useShownOrder } from "./use-shown-order.ts";

/** Everybody's orders, newest first. A row opens what came out and what was paid. */
export function AdminOrderList() {
  const t = useTranslations("orders");
  const filters = useListFilters(ORDER_STATUSES);
  const state = useTableState();
  const [, show] = useShownOrder();
  const query = useQuery(useTRPC().machines.admin.orders.list.queryOptions(listInput({ page: state.page, status: filters.status, q: filters.q }), { placeholderData: keepPreviousData }));
  const [what, ...others] = useOrderColumns<AdminOrder>((id) => void show(id));
  const columns: Column<AdminOrder>[] = [
    ...(what ? [what] : []),
    { key: "machine", title: t("columns.machine"), from: "sm", render: (order) => <span className={classes.cut}>{order.machineName}</span> },
    { key: "organization", title: t("columns.organization"), from: "lg", render: (order) => <span className={classes.cut}>{order.organizationName}</span> },
    ...others,
  ];
  return (
    <>
      <PageHeader title={t("title")} description={t("description")} />
      <FilteredList
        label={t("title")}
        query={query}
        columns={columns}
        filters={filters}
        state={state}
        searchLabel={t("search")}
        statuses={ORDER_STATUSES.map((value) => ({ value, label: t(`status.${value}`) }))}
        onRowClick={(order) => void show(order.id)}
        empty={
          <EmptyState icon={<IconShoppingCart />} title={t("none")}>
            {t("noneText")}
          </EmptyState>
        }
      />
      <AdminOrderDrawer />
    </>
  );
}
