"use client";

import { Skeleton } from "@mantine/core";
import { IconArchive } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useTRPC } from "#components/api/trpc.ts";
import { type Column, DataTable } from "#components/table/data-table.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { Rows } from "#components/ui/grid.tsx";
import { Section } from "#components/ui/section.tsx";
import { vmIsGone } from "#shared/compute/states.ts";
import { TakeCopyDialog } from "../copies/take-copy-dialog.tsx";
import { useCopyColumns } from "../copies/use-copy-columns.tsx";
import type { Backup, VmDetail } from "../types.ts";
import { ReasonedButton } from "../vm/reasoned-button.tsx";
import { useWhyNot } from "../vm/use-why-not.ts";
import { BackupActions } from "./backup-actions.tsx";
import { BackupSchedule } from "./backup-schedule.tsx";
import classes from "./backups.module.css";

/** The VM's backups: take, restore, make a new VM from, delete; and the schedule that takes them by itself. Where its host has no place for them, that is said instead. */
export function VmBackups({ vm }: { vm: VmDetail }) {
  const t = useTranslations("backups");
  const copy = useCopyColumns<Backup>((backup) => t("disk", { gb: backup.storageGb }));
  const whyNot = useWhyNot(vm);
  const [taking, setTaking] = useState(false);
  const trpc = useTRPC();
  const query = useQuery(trpc.compute.backups.ofVm.queryOptions({ id: vm.id }));
  if (query.error && !query.data) return <ErrorState error={query.error} title={t("loadFailed")} onRetry={() => void query.refetch()} />;
  const gone = vmIsGone(vm.status);
  const possible = query.data?.possible ?? false;
  const noPlace = query.data?.possible === false && !gone;
  const blocked = noPlace ? t("noPlaceText") : null;
  const columns: Column<Backup>[] = [copy.name, copy.size, copy.created, { key: "actions", title: "", align: "right", width: 130, render: (backup) => <BackupActions backup={backup} vm={vm} blocked={blocked} /> }];
  return (
    <Rows>
      <Section
        title={t("title")}
        description={t("description")}
        flush
        actions={
          possible &&
          !gone && (
            <ReasonedButton size="xs" why={whyNot("backup", "vm:backup")} onClick={() => setTaking(true)}>
              {t("take")}
            </ReasonedButton>
          )
        }
      >
        {noPlace && query.data?.data.length !== 0 && <p className={classes.note}>{blocked}</p>}
        <DataTable
          label={t("title")}
          rows={query.data?.data}
          columns={columns}
          empty={
            <EmptyState icon={<IconArchive />} title={t(noPlace ? "noPlace" : "empty")} compact>
              {t(noPlace ? "noPlaceText" : gone ? "emptyGoneText" : "emptyText")}
            </EmptyState>
          }
        />
      </Section>
      {!query.data ? (
        <Skeleton height={140} />
      ) : (
        // One that was set before its VM came to a host without a place can still be ended.
        !gone && (possible || query.data.schedule.everyHours !== null) && <BackupSchedule vm={vm} schedule={query.data.schedule} />
      )}
      <TakeCopyDialog
        vm={vm}
        opened={taking}
        onClose={() => setTaking(false)}
        take={trpc.compute.backups.take.mutationOptions()}
        title={t("takeTitle", { name: vm.name })}
        note={t(vm.status === "running" ? "noteRunning" : "noteStopped")}
        verb={t("take")}
        taking={t("taking")}
      />
    </Rows>
  );
}
