"use client";

import { Skeleton } from "@mantine/core";
import { IconCamera } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useTRPC } from "#components/api/trpc.ts";
import { type Column, DataTable } from "#components/table/data-table.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { Rows } from "#components/ui/grid.tsx";
import { Section } from "#components/ui/section.tsx";
import { TakeCopyDialog } from "../copies/take-copy-dialog.tsx";
import { useCopyColumns } from "../copies/use-copy-columns.tsx";
import type { Snapshot, VmDetail } from "../types.ts";
import { ReasonedButton } from "../vm/reasoned-button.tsx";
import { useWhyNot } from "../vm/use-why-not.ts";
import { SnapshotActions } from "./snapshot-actions.tsx";
import { SnapshotSchedule } from "./snapshot-schedule.tsx";

/** The VM's snapshots: take, go back to, delete; and the schedule that takes them by itself. */
export function VmSnapshots({ vm }: { vm: VmDetail }) {
  const t = useTranslations("changes.snapshots");
  const copy = useCopyColumns<Snapshot>((snapshot) => t(snapshot.withMemory ? "withMemory" : "diskOnly"));
  const whyNot = useWhyNot(vm);
  const [taking, setTaking] = useState(false);
  const trpc = useTRPC();
  const query = useQuery(trpc.compute.snapshots.list.queryOptions({ id: vm.id }));
  if (query.error && !query.data) return <ErrorState error={query.error} title={t("loadFailed")} onRetry={() => void query.refetch()} />;
  const columns: Column<Snapshot>[] = [
    copy.name,
    copy.size,
    copy.created,
    { key: "actions", title: "", align: "right", width: 180, render: (snapshot) => <SnapshotActions vm={vm} snapshot={snapshot} /> },
  ];
  return (
    <Rows>
      <Section
        title={t("title")}
        description={t("description")}
        flush
        actions={
          <ReasonedButton size="xs" why={whyNot("snapshot", "vm:snapshot")} onClick={() => setTaking(true)}>
            {t("take")}
          </ReasonedButton>
        }
      >
        <DataTable
          label={t("title")}
          rows={query.data?.data}
          columns={columns}
          empty={
            <EmptyState icon={<IconCamera />} title={t("empty")} compact>
              {t("emptyText")}
            </EmptyState>
          }
        />
      </Section>
      {query.data ? <SnapshotSchedule vm={vm} schedule={query.data.schedule} /> : <Skeleton height={140} />}
      <TakeCopyDialog
        vm={vm}
        opened={taking}
        onClose={() => setTaking(false)}
        take={trpc.compute.snapshots.take.mutationOptions()}
        title={t("takeTitle", { name: vm.name })}
        note={t(vm.status === "running" ? "withMemoryNote" : "withoutMemoryNote")}
        verb={t("take")}
        taking={t("taking")}
      />
    </Rows>
  );
}
