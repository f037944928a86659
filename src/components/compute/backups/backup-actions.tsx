"use client";

import { ActionIcon, Menu } from "@mantine/core";
import { IconDots } from "@tabler/icons-react";
import { useTranslations } from "next-intl";
import Link from "next/link";
import { useState } from "react";
import { useViewer } from "#components/layout/viewer-context.tsx";
import { ButtonLink } from "#components/ui/button-link.tsx";
import { MenuNote } from "#components/ui/menu-note.tsx";
import type { Permission } from "#shared/permissions.ts";
import classes from "../copies/copies.module.css";
import type { Backup, VmDetail } from "../types.ts";
import { ReasonedButton } from "../vm/reasoned-button.tsx";
import { useWhyNot } from "../vm/use-why-not.ts";
import { BackupQuestion } from "./backup-question.tsx";

interface BackupActionsProps {
  backup: Backup;
  /** its VM, where the page knows its state; elsewhere the server says whether the VM can be put back now */
  vm?: Pick<VmDetail, "status">;
  /** why the VM can't be put back, beside its state; null: nothing is in the way */
  blocked?: string | null;
  /** where the page does not show by itself what is done to the VM */
  onRestoring?: (operationId: string) => void;
}

/** Putting the VM back to a backup, making a new VM from it, deleting it. Of a VM that is gone the new VM comes first. */
export function BackupActions({ backup, vm, blocked = null, onRestoring }: BackupActionsProps) {
  const t = useTranslations("backups");
  const refusal = useTranslations("changes");
  const { permissions } = useViewer().organization;
  const whyNot = useWhyNot(vm ?? { status: "running" });
  const [asked, setAsked] = useState<"restore" | "delete" | null>(null);
  const ready = backup.status === "ready";
  const lacks = (permission: Permission) => (permissions.includes(permission) ? null : refusal("noPermission"));
  const href = `/vms/new?backup=${backup.id}`;
  const noVm = lacks("vm:create");
  const noDelete = lacks("vm:backup");
  return (
    <span className={classes.actions}>
      {!backup.vmGone ? (
        <ReasonedButton size="compact-xs" variant="default" disabled={!ready} why={blocked ?? whyNot("backup_restore", "vm:backup")} aria-label={t("restoreNamed", { name: backup.name })} onClick={() => setAsked("restore")}>
          {t("restore")}
        </ReasonedButton>
      ) : (
        ready &&
        noVm === null && (
          <ButtonLink size="compact-xs" variant="default" href={href} aria-label={t("newVmNamed", { name: backup.name })}>
            {t("newVm")}
          </ButtonLink>
        )
      )}
      <Menu position="bottom-end" width={240}>
        <Menu.Target>
          <ActionIcon size={26} aria-label={t("moreNamed", { name: backup.name })}>
            <IconDots size={16} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {!backup.vmGone && (
            <Menu.Item component={Link} href={href} disabled={!ready || noVm !== null}>
              {t("newVmLong")}
              {noVm && <MenuNote>{noVm}</MenuNote>}
            </Menu.Item>
          )}
          <Menu.Item color="red" disabled={!ready || noDelete !== null} onClick={() => setAsked("delete")}>
            {t("delete")}
            {noDelete && <MenuNote>{noDelete}</MenuNote>}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <BackupQuestion backup={backup} asked={asked} onClose={() => setAsked(null)} {...(onRestoring ? { onRestoring } : {})} />
    </span>
  );
}
