"use client";

import { IconArchive } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { parseAsString, useQueryState } from "nuqs";
import { useTRPC } from "#components/api/trpc.ts";
import { DataTable } from "#components/table/data-table.tsx";
import { NoMatch } from "#components/table/no-match.tsx";
import { useRowKeys } from "#components/table/use-row-keys.ts";
import { useTableState } from "#components/table/use-table-state.ts";
import { ButtonLink } from "#components/ui/button-link.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { Section } from "#components/ui/section.tsx";
import { OperationDrawer } from "../operations/operation-drawer.tsx";
import { useShownOperation } from "../operations/use-shown-operation.ts";
import { BackupVmFilter } from "./backup-vm-filter.tsx";
import { useBackupColumns } from "./use-backup-columns.tsx";

/** All backups of the organization, those of deleted VMs too; of one VM when one is chosen. */
export function BackupList() {
  const t = useTranslations("backups");
  const trpc = useTRPC();
  const state = useTableState();
  const [vmId, setVmId] = useQueryState("vm", parseAsString.withOptions({ history: "push" }));
  const [, show] = useShownOperation();
  const { list } = useRowKeys();
  const columns = useBackupColumns((operationId) => void show(operationId));
  const quota = useQuery(trpc.compute.quota.queryOptions());
  const query = useQuery(trpc.compute.backups.list.queryOptions({ page: state.page, ...(vmId ? { vmId } : {}) }, { placeholderData: keepPreviousData }));
  const choose = (id: string | null) => {
    void setVmId(id);
    state.setPage(1);
  };
  return (
    <>
      <PageHeader
        title={t("title")}
        description={
          <>
            {t("description")}
            {quota.data && <span data-tabular> {t("used", { used: quota.data.used.backups, allowed: quota.data.allowed.backups })}</span>}
          </>
        }
      />
      {(vmId !== null || query.data?.pagination.total !== 0) && <BackupVmFilter vmId={vmId} onChange={choose} />}
      <div ref={list}>
        <Section flush>
          <DataTable
            label={t("title")}
            rows={query.data?.data}
            columns={columns}
            stale={query.isPlaceholderData}
            error={query.error}
            onRetry={() => void query.refetch()}
            empty={
              vmId ? (
                <NoMatch onClear={() => choose(null)} />
              ) : (
                <EmptyState icon={<IconArchive />} title={t("empty")} action={<ButtonLink href="/vms" variant="default">{t("toVms")}</ButtonLink>}>
                  {t("emptyListText")}
                </EmptyState>
              )
            }
            state={state}
            {...(query.data ? { pagination: query.data.pagination } : {})}
          />
        </Section>
      </div>
      <OperationDrawer />
    </>
  );
}
