"use client";

import { Button } from "@mantine/core";
import { IconCpu, IconUpload } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useFormatter, useTranslations } from "next-intl";
import { useState } from "react";
import { useTRPC } from "#components/api/trpc.ts";
import { useViewer } from "#components/layout/viewer-context.tsx";
import type { Column } from "#components/table/data-table.tsx";
import { FilteredList } from "#components/table/filtered-list.tsx";
import { useListFilters } from "#components/table/use-list-filters.ts";
import { useTableState } from "#components/table/use-table-state.ts";
import { CopyText } from "#components/ui/copy-text.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { Rows } from "#components/ui/grid.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { Section } from "#components/ui/section.tsx";
import { firmwareInput } from "./firmware-input.ts";
import classes from "./firmware.module.css";
import { RolloutList } from "./rollout-list.tsx";
import type { Firmware } from "./types.ts";
import { UploadDialog } from "./upload-dialog.tsx";

/** Which firmware there is, and where it is on its way to. */
export function FirmwareList() {
  const t = useTranslations("firmware.list");
  const trpc = useTRPC();
  const [uploading, setUploading] = useState(false);
  const mayWrite = useViewer().me.permissions.includes("platform:firmware:write");
  const filters = useListFilters(["archived"]);
  const state = useTableState();
  const query = useQuery(trpc.machines.firmware.list.queryOptions(firmwareInput({ page: state.page, status: filters.status, q: filters.q }), { placeholderData: keepPreviousData }));
  const key = useQuery(trpc.machines.firmware.key.queryOptions());
  const columns = useColumns();
  const upload = (
    <Button leftSection={<IconUpload size={16} aria-hidden />} onClick={() => setUploading(true)}>
      {t("upload")}
    </Button>
  );
  return (
    <>
      <PageHeader title={t("title")} actions={mayWrite && upload} />
      <Rows>
        <div>
          <FilteredList
            label={t("title")}
            query={query}
            columns={columns}
            filters={filters}
            state={state}
            searchLabel={t("search")}
            statuses={[{ value: "archived", label: t("withArchived") }]}
            rowHref={(firmware) => `/admin/firmware/${firmware.id}`}
            empty={
              <EmptyState icon={<IconCpu />} title={t("empty")} {...(mayWrite ? { action: upload } : {})}>
                {t("emptyText")}
              </EmptyState>
            }
          />
        </div>
        <RolloutList title={t("rollouts")} />
        {key.data && (
          <Section title={t("key")} description={t("keyText")}>
            <CopyText value={key.data.publicKey} label={t("key")} />
          </Section>
        )}
      </Rows>
      <UploadDialog opened={uploading} onClose={() => setUploading(false)} />
    </>
  );
}

function useColumns(): Column<Firmware>[] {
  const t = useTranslations("firmware.list");
  const format = useFormatter();
  return [
    {
      key: "version",
      title: t("version"),
      render: (firmware) => (
        <span className={classes.version}>
          {firmware.version}
          {firmware.archivedAt && <span className={classes.tag}>{t("archived")}</span>}
        </span>
      ),
    },
    { key: "project", title: t("project"), from: "sm", render: (firmware) => firmware.project },
    { key: "chip", title: t("chip"), width: 110, render: (firmware) => firmware.chip },
    { key: "machines", title: t("machines"), align: "right", width: 110, render: (firmware) => format.number(firmware.machines) },
    { key: "size", title: t("size"), align: "right", width: 100, from: "md", render: (firmware) => t("kilobytes", { size: format.number(firmware.sizeBytes / 1024, { maximumFractionDigits: 0 }) }) },
    { key: "createdAt", title: t("uploaded"), align: "right", width: 130, from: "sm", render: (firmware) => <RelativeTime at={firmware.createdAt} /> },
  ];
}
