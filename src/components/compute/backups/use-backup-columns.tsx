"use client";

import { useTranslations } from "next-intl";
import type { Column } from "#components/table/data-table.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { TextLink } from "#components/ui/text-link.tsx";
import { useCopyColumns } from "../copies/use-copy-columns.tsx";
import type { Backup } from "../types.ts";
import { BackupActions } from "./backup-actions.tsx";
import classes from "./backups.module.css";

/** Columns of the list of all backups. On phones the VM stands below the name. */
export function useBackupColumns(onRestoring: (operationId: string) => void): Column<Backup>[] {
  const t = useTranslations("backups");
  const copy = useCopyColumns<Backup>(
    (backup) => t("disk", { gb: backup.storageGb }),
    (backup) => (backup.vmGone ? t("vmNamedGone", { name: backup.vmName }) : backup.vmName),
  );
  const end = (backup: Backup) => {
    if (backup.deleteAt !== null) return <RelativeTime at={backup.deleteAt} />;
    return t(backup.automatic ? "bySchedule" : "byNobody");
  };
  return [
    copy.name,
    {
      key: "vm",
      title: t("vm"),
      from: "sm",
      render: (backup) => (
        <span className={classes.vm}>
          <TextLink href={`/vms/${backup.vmId}`}>{backup.vmName}</TextLink>
          {backup.vmGone && <span className={classes.gone}>{t("vmGone")}</span>}
        </span>
      ),
    },
    copy.size,
    copy.created,
    { key: "end", title: t("end"), align: "right", width: 150, from: "md", render: end },
    { key: "actions", title: "", align: "right", width: 130, render: (backup) => <BackupActions backup={backup} onRestoring={onRestoring} /> },
  ];
}
