"use client";

import { Button } from "@mantine/core";
import { IconUsers } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useTRPC } from "#components/api/trpc.ts";
import { useViewer } from "#components/layout/viewer-context.tsx";
import type { Column } from "#components/table/data-table.tsx";
import { FilteredList } from "#components/table/filtered-list.tsx";
import { listInput } from "#components/table/list-input.ts";
import { useListFilters } from "#components/table/use-list-filters.ts";
import { useTableState } from "#components/table/use-table-state.ts";
import { CopyText } from "#components/ui/copy-text.tsx";
import { Credits } from "#components/ui/credits.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { TextLink } from "#components/ui/text-link.tsx";
import { GrantDialog } from "./grant-dialog.tsx";
import classes from "./lists.module.css";
import type { Customer } from "./types.ts";

/** Everybody with an account: who they are, what they hold, and the way to give them credits. */
export function CustomerList() {
  const t = useTranslations("admin.customers");
  const filters = useListFilters([]);
  const state = useTableState();
  const [chosen, setChosen] = useState<Customer | null>(null);
  const { permissions } = useViewer().me;
  const mayGrant = permissions.includes("platform:credits:grant");
  const query = useQuery(useTRPC().platform.customers.queryOptions(listInput({ page: state.page, status: null, q: filters.q }), { placeholderData: keepPreviousData }));
  const columns = useCustomerColumns(mayGrant ? setChosen : null, permissions.includes("platform:billing:read"));
  return (
    <>
      <PageHeader title={t("title")} />
      <FilteredList
        label={t("title")}
        query={query}
        columns={columns}
        filters={filters}
        state={state}
        searchLabel={t("search")}
        empty={
          <EmptyState icon={<IconUsers />} title={t("empty")}>
            {t("emptyText")}
          </EmptyState>
        }
      />
      <GrantDialog customer={chosen} onClose={() => setChosen(null)} />
    </>
  );
}

function useCustomerColumns(onGrant: ((customer: Customer) => void) | null, seesCredits: boolean): Column<Customer>[] {
  const t = useTranslations("admin.customers");
  const grant = useTranslations("admin.grant");
  return [
    {
      key: "name",
      title: t("name"),
      render: (customer) => (
        <span className={classes.cut} data-strong title={customer.name}>
          {seesCredits ? <TextLink href={`/admin/customers/${customer.organizationId}`}>{customer.name}</TextLink> : customer.name}
        </span>
      ),
    },
    { key: "email", title: t("email"), from: "sm", render: (customer) => <CopyText value={customer.email} label={t("email")} prose /> },
    {
      key: "role",
      title: t("role"),
      from: "md",
      render: (customer) =>
        customer.role === null ? <span className={classes.dim}>{t("customer")}</span> : t.has(`roles.${customer.role}` as "roles.admin") ? t(`roles.${customer.role}` as "roles.admin") : customer.role,
    },
    {
      key: "organization",
      title: t("organization"),
      from: "lg",
      render: (customer) => <span className={classes.cut}>{customer.organizationName}</span>,
    },
    { key: "balance", title: t("balance"), align: "right", render: (customer) => <Credits micro={customer.balance} /> },
    { key: "vms", title: t("vms"), align: "right", width: 70, from: "sm", render: (customer) => customer.vmCount },
    { key: "since", title: t("since"), align: "right", width: 120, from: "md", render: (customer) => <RelativeTime at={customer.createdAt} /> },
    ...(onGrant
      ? [
          {
            key: "grant",
            title: t("actions"),
            align: "right" as const,
            width: 130,
            render: (customer: Customer) => (
              <Button variant="default" size="xs" aria-label={grant("actionNamed", { name: customer.name })} onClick={() => onGrant(customer)}>
                {grant("action")}
              </Button>
            ),
          },
        ]
      : []),
  ];
}
