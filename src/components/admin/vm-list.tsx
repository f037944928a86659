"use client";

import { IconServer2 } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useTRPC } from "#components/api/trpc.ts";
import { useViewer } from "#components/layout/viewer-context.tsx";
import type { Column } from "#components/table/data-table.tsx";
import { FilteredList } from "#components/table/filtered-list.tsx";
import { listInput } from "#components/table/list-input.ts";
import { useListFilters } from "#components/table/use-list-filters.ts";
import { useTableState } from "#components/table/use-table-state.ts";
import { CopyText } from "#components/ui/copy-text.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { StateChip } from "#components/ui/state-chip.tsx";
import { VM_STATUSES } from "#shared/compute/states.ts";
import classes from "./lists.module.css";
import type { AdminVm } from "./types.ts";
import { VmActions } from "./vm-actions.tsx";

/** All customers' VMs: whose they are, where they run, how they are. */
export function AdminVmList() {
  const t = useTranslations("admin.vms");
  const status = useTranslations("common.status");
  const filters = useListFilters(VM_STATUSES);
  const state = useTableState();
  const query = useQuery(useTRPC().platform.vms.queryOptions(listInput({ page: state.page, status: filters.status, q: filters.q }), { placeholderData: keepPreviousData }));
  const mayChange = useViewer().me.permissions.includes("platform:vms:write");
  const columns: Column<AdminVm>[] = [
    {
      key: "name",
      title: t("name"),
      render: (vm) => (
        <span className={classes.cut} data-strong>
          {vm.name}
        </span>
      ),
    },
    { key: "status", title: t("state"), render: (vm) => <StateChip status={vm.status} /> },
    { key: "organization", title: t("organization"), from: "sm", render: (vm) => <span className={classes.cut}>{vm.organizationName}</span> },
    { key: "plan", title: t("plan"), from: "md", render: (vm) => vm.plan },
    { key: "host", title: t("host"), from: "md", render: (vm) => vm.host ?? <span className={classes.dim}>{t("noHost")}</span> },
    { key: "address", title: t("address"), width: 160, from: "sm", render: (vm) => (vm.privateIp ? <CopyText value={vm.privateIp} label={t("address")} /> : <span className={classes.dim}>{t("noAddress")}</span>) },
    { key: "id", title: t("id"), from: "lg", render: (vm) => <CopyText value={vm.id} label={t("id")} /> },
    { key: "created", title: t("created"), align: "right", width: 120, from: "sm", render: (vm) => <RelativeTime at={vm.createdAt} /> },
    ...(mayChange ? [{ key: "actions", title: "", align: "right" as const, width: 48, render: (vm: AdminVm) => <VmActions vm={vm} /> }] : []),
  ];
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
        statuses={VM_STATUSES.map((value) => ({ value, label: status(value) }))}
        empty={
          <EmptyState icon={<IconServer2 />} title={t("empty")}>
            {t("emptyText")}
          </EmptyState>
        }
      />
    </>
  );
}
