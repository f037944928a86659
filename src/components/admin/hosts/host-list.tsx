"use client";

import { IconPlus, IconServerCog } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useFormatter, useTranslations } from "next-intl";
import { useTRPC } from "#components/api/trpc.ts";
import { useViewer } from "#components/layout/viewer-context.tsx";
import type { Column } from "#components/table/data-table.tsx";
import { FilteredList } from "#components/table/filtered-list.tsx";
import { listInput } from "#components/table/list-input.ts";
import { useListFilters } from "#components/table/use-list-filters.ts";
import { useTableState } from "#components/table/use-table-state.ts";
import { ButtonLink } from "#components/ui/button-link.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { Rows } from "#components/ui/grid.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { StateChip } from "#components/ui/state-chip.tsx";
import { HOST_STATUSES } from "#shared/compute/host-states.ts";
import { UsageBar } from "../usage-bar.tsx";
import { inGb, shareOf, stateOf } from "./capacity.ts";
import { FindingList } from "./finding-list.tsx";
import classes from "./hosts.module.css";
import type { HostRow } from "./types.ts";

/** The hosts that carry the VMs: how they are, what is given away of them; below, what was found on them that nobody here knows. */
export function HostList() {
  const t = useTranslations("hosts.list");
  const status = useTranslations("common.status");
  const { me } = useViewer();
  const filters = useListFilters(HOST_STATUSES);
  const state = useTableState();
  const columns = useHostColumns();
  const query = useQuery(useTRPC().compute.hosts.list.queryOptions(listInput({ page: state.page, status: filters.status, q: filters.q }), { placeholderData: keepPreviousData }));
  const add = me.permissions.includes("platform:hosts:write") && (
    <ButtonLink href="/admin/hosts/new" leftSection={<IconPlus size={16} stroke={1.6} aria-hidden />}>
      {t("add")}
    </ButtonLink>
  );
  return (
    <>
      <PageHeader title={t("title")} actions={add} />
      <Rows>
        <div>
          <FilteredList
            label={t("title")}
            query={query}
            columns={columns}
            filters={filters}
            state={state}
            searchLabel={t("search")}
            statuses={HOST_STATUSES.map((value) => ({ value, label: status(value) }))}
            rowHref={(host) => `/admin/hosts/${host.id}`}
            empty={
              <EmptyState icon={<IconServerCog />} title={t("empty")} action={add || undefined}>
                {t("emptyText")}
              </EmptyState>
            }
          />
        </div>
        <FindingList quiet />
      </Rows>
    </>
  );
}

function useHostColumns(): Column<HostRow>[] {
  const t = useTranslations("hosts.list");
  const format = useFormatter();
  const gb = (mb: number) => format.number(inGb(mb), { maximumFractionDigits: 0 });
  return [
    {
      key: "name",
      title: t("name"),
      render: (host) => (
        <span className={classes.two}>
          <span className={classes.cut}>{host.name}</span>
          <span className={classes.dim}>{host.locationName}</span>
        </span>
      ),
    },
    { key: "state", title: t("state"), render: (host) => <StateChip status={stateOf(host)} reason={host.healthMessage} /> },
    {
      key: "memory",
      title: t("memory"),
      from: "sm",
      render: ({ capacity: { memoryMb } }) => <UsageBar share={shareOf(memoryMb)} label={t("ofGb", { used: gb(memoryMb.used), total: gb(memoryMb.sellable) })} />,
    },
    { key: "vcpu", title: t("vcpu"), from: "md", render: ({ capacity: { vcpu } }) => <UsageBar share={shareOf(vcpu)} label={t("of", { used: vcpu.used, total: vcpu.sellable })} /> },
    {
      key: "storage",
      title: t("storage"),
      from: "md",
      render: ({ capacity: { storageGb } }) => <UsageBar share={shareOf(storageGb)} label={t("ofGb", { used: format.number(storageGb.used), total: format.number(storageGb.sellable) })} />,
    },
    { key: "vms", title: t("vms"), align: "right", width: 70, render: (host) => format.number(host.vmCount) },
    {
      key: "version",
      title: t("version"),
      from: "lg",
      render: (host) => (
        <span className={classes.two}>
          <span>{t(`type.${host.type as "proxmox"}`)}</span>
          <span className={classes.dim}>{host.version ?? t("neverAsked")}</span>
        </span>
      ),
    },
  ];
}
