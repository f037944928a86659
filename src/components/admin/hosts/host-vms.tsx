"use client";

import { IconServer2 } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useTRPC } from "#components/api/trpc.ts";
import { VmSize } from "#components/compute/vm-size.tsx";
import { DataTable } from "#components/table/data-table.tsx";
import { useTableState } from "#components/table/use-table-state.ts";
import { CopyText } from "#components/ui/copy-text.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { Section } from "#components/ui/section.tsx";
import { StateChip } from "#components/ui/state-chip.tsx";
import classes from "./hosts.module.css";

/** The VMs that stand on a host, with the names that its hypervisor has for them. */
export function HostVms({ id }: { id: string }) {
  const t = useTranslations("hosts.vms");
  const state = useTableState();
  const query = useQuery(useTRPC().compute.hosts.vms.queryOptions({ id, page: state.page, limit: 20 }, { placeholderData: keepPreviousData }));
  return (
    <Section flush>
      <DataTable
        label={t("title")}
        rows={query.data?.data}
        columns={[
          { key: "name", title: t("name"), render: (vm) => <span className={classes.cut}>{vm.name}</span> },
          { key: "state", title: t("state"), render: (vm) => <StateChip status={vm.status} /> },
          { key: "organization", title: t("organization"), from: "sm", render: (vm) => <span className={classes.cut}>{vm.organizationName}</span> },
          { key: "size", title: t("size"), from: "md", render: (vm) => <VmSize resources={vm.resources} /> },
          { key: "ref", title: t("ref"), from: "lg", render: (vm) => vm.ref && <CopyText value={vm.ref} label={t("ref")} /> },
          { key: "created", title: t("created"), align: "right", from: "sm", width: 120, render: (vm) => <RelativeTime at={vm.createdAt} /> },
        ]}
        stale={query.isPlaceholderData}
        error={query.error}
        onRetry={() => void query.refetch()}
        empty={
          <EmptyState icon={<IconServer2 />} title={t("empty")}>
            {t("emptyText")}
          </EmptyState>
        }
        state={state}
        {...(query.data ? { pagination: query.data.pagination } : {})}
      />
    </Section>
  );
}
