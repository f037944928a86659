"use client";

import { IconFridge, IconPlus } from "@tabler/icons-react";
import { useTranslations } from "next-intl";
import { useViewer } from "#components/layout/viewer-context.tsx";
import { FilteredList } from "#components/table/filtered-list.tsx";
import { listInput } from "#components/table/list-input.ts";
import { useListFilters } from "#components/table/use-list-filters.ts";
import { useTableState } from "#components/table/use-table-state.ts";
import { ButtonLink } from "#components/ui/button-link.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { MACHINE_STATUSES } from "#shared/machines/states.ts";
import { ViewSwitch } from "./fleet/view-switch.tsx";
import { machineHref } from "./machine-href.ts";
import { DraftsLink } from "./onboarding/drafts-link.tsx";
import { useMachineColumns } from "./use-machine-columns.tsx";
import { type MachineSide, useMachineList } from "./use-machines.ts";

/** The machines of the organization, or all of them: filtered, paged, with their newest readings. */
export function MachineList({ side }: { side: MachineSide }) {
  const t = useTranslations("machines.list");
  const status = useTranslations("common.status");
  const filters = useListFilters(MACHINE_STATUSES);
  const state = useTableState();
  const mayAdd = useViewer().me.permissions.includes("platform:machines:write") && side === "admin";
  const query = useMachineList(side, listInput({ page: state.page, status: filters.status, q: filters.q }));
  const columns = useMachineColumns(side);
  const base = side === "admin" ? "/admin/machines" : "/machines";
  const add = (
    <ButtonLink href="/admin/machines/new" leftSection={<IconPlus size={16} aria-hidden />}>
      {t("add")}
    </ButtonLink>
  );
  return (
    <>
      <PageHeader
        title={t("title")}
        actions={
          <>
            <ViewSwitch side={side} current="list" />
            <ButtonLink href={`${base}/products`} variant="default">
              {t("products")}
            </ButtonLink>
            <ButtonLink href={`${base}/refill`} variant="default">
              {t("refill")}
            </ButtonLink>
            {mayAdd && (
              <ButtonLink href="/admin/machines/batches" variant="default">
                {t("addMany")}
              </ButtonLink>
            )}
            {mayAdd && add}
          </>
        }
      />
      {side === "admin" && <DraftsLink />}
      <FilteredList
        label={t("title")}
        query={query}
        columns={columns}
        filters={filters}
        state={state}
        searchLabel={t("search")}
        statuses={MACHINE_STATUSES.map((value) => ({ value, label: status(value) }))}
        rowHref={(machine) => machineHref(side, machine)}
        empty={
          <EmptyState icon={<IconFridge />} title={t("empty")} {...(mayAdd ? { action: add } : {})}>
            {t(side === "admin" ? "emptyAdmin" : "emptyCustomer")}
          </EmptyState>
        }
      />
    </>
  );
}
