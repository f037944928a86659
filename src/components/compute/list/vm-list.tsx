"use client";

import { Button } from "@mantine/core";
import { IconPlus, IconServer2 } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useRef, useState } from "react";
import { useTRPC } from "#components/api/trpc.ts";
import { useShortcuts } from "#components/layout/shortcuts.tsx";
import { useViewer } from "#components/layout/viewer-context.tsx";
import { DataTable } from "#components/table/data-table.tsx";
import { useTableState } from "#components/table/use-table-state.ts";
import { ButtonLink } from "#components/ui/button-link.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { Section } from "#components/ui/section.tsx";
import { OperationDrawer } from "../operations/operation-drawer.tsx";
import { BulkBar } from "./bulk-bar.tsx";
import { useVmColumns } from "./use-vm-columns.tsx";
import { useVmFilters } from "./use-vm-filters.ts";
import { VmFilterBar } from "./vm-filter-bar.tsx";

/** The organization's VMs: filtered, paged, live, and walked through by j and k. */
export function VmList() {
  const t = useTranslations("vm.list");
  const router = useRouter();
  const filters = useVmFilters();
  const state = useTableState();
  const search = useRef<HTMLInputElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const mayCreate = useViewer().organization.permissions.includes("vm:create");
  const { status, project, q } = filters;
  const query = useQuery(
    useTRPC().compute.vms.list.queryOptions(
      { page: state.page, ...(status ? { status } : {}), ...(project ? { projectId: project } : {}), ...(q ? { search: q } : {}) },
      { placeholderData: keepPreviousData },
    ),
  );
  const createHref = project ? `/vms/new?project=${project}` : "/vms/new";
  const move = (by: 1 | -1) => {
    const links = [...(list.current?.querySelectorAll<HTMLAnchorElement>("a[data-vm]") ?? [])];
    const at = links.findIndex((link) => link === document.activeElement);
    links[at === -1 ? (by === 1 ? 0 : links.length - 1) : Math.min(links.length - 1, Math.max(0, at + by))]?.focus();
  };
  useShortcuts(t("keys"), [
    { keys: "j", label: t("keyNext"), run: () => move(1) },
    { keys: "k", label: t("keyPrevious"), run: () => move(-1) },
    { keys: "/", label: t("keySearch"), run: () => search.current?.focus() },
    ...(mayCreate ? [{ keys: "c", label: t("keyCreate"), run: () => router.push(createHref) }] : []),
  ]);
  const columns = useVmColumns();
  const [ids, setIds] = useState<string[]>([]);
  // Those of other pages are not seen, so they are not meant.
  const chosen = (query.data?.data ?? []).filter((vm) => ids.includes(vm.id));
  return (
    <>
      <PageHeader
        title={t("title")}
        actions={
          mayCreate && (
            <ButtonLink href={createHref} leftSection={<IconPlus size={16} aria-hidden />}>
              {t("create")}
            </ButtonLink>
          )
        }
      />
      <VmFilterBar filters={filters} onChange={() => state.setPage(1)} searchRef={search} />
      <BulkBar chosen={chosen} onClear={() => setIds([])} />
      <div ref={list}>
        <Section flush>
          <DataTable
            label={t("title")}
            rows={query.data?.data}
            columns={columns}
            onRowClick={(vm) => router.push(`/vms/${vm.id}`)}
            stale={query.isPlaceholderData}
            error={query.error}
            onRetry={() => void query.refetch()}
            empty={
              filters.active ? (
                <EmptyState title={t("noMatch")} action={<Button variant="default" onClick={filters.clear}>{t("clear")}</Button>}>
                  {t("noMatchText")}
                </EmptyState>
              ) : (
                <EmptyState icon={<IconServer2 />} title={t("empty")} {...(mayCreate ? { action: <ButtonLink href={createHref}>{t("create")}</ButtonLink> } : {})}>
                  {t("emptyText")}
                </EmptyState>
              )
            }
            state={state}
            selection={{ ids: chosen.map((vm) => vm.id), onChange: setIds }}
            {...(query.data ? { pagination: query.data.pagination } : {})}
          />
        </Section>
      </div>
      <OperationDrawer />
    </>
  );
}
