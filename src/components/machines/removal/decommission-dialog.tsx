"use client";

import { useTranslations } from "next-intl";
import { ConfirmDialog } from "#components/ui/confirm-dialog.tsx";
import { Notice } from "#components/ui/notice.tsx";
import { TableSkeleton } from "#components/ui/skeletons.tsx";
import type { DecommissionCheck } from "#shared/machines/decommission.ts";
import type { MachinePanelProps } from "../machine-tabs.tsx";
import classes from "./removal.module.css";
import { useDecommission, useDecommissionCheck } from "./use-removal.ts";

interface DecommissionDialogProps extends MachinePanelProps {
  opened: boolean;
  onClose: () => void;
}

/** Looks first what stands in the way; only when nothing does, it says what ends and takes the machine's name. */
export function DecommissionDialog({ side, machine, opened, onClose }: DecommissionDialogProps) {
  const t = useTranslations("diagnostics.removal.decommission");
  const check = useDecommissionCheck(side, machine.id, opened);
  const run = useDecommission(side, onClose);
  const found = check.data;
  const ready = found?.obstacles.length === 0;
  return (
    <ConfirmDialog
      opened={opened}
      onClose={() => {
        run.reset();
        onClose();
      }}
      title={t("title", { name: machine.name })}
      confirmLabel={ready ? t("button") : t("again")}
      onConfirm={() => {
        if (ready) run.mutate({ id: machine.id, confirm: found.name });
        else void check.refetch();
      }}
      {...(ready ? { typeName: found.name.trim() } : {})}
      danger={ready}
      pending={run.isPending || check.isFetching}
      error={run.error ?? check.error}
    >
      {found ? ready ? <Ends check={found} /> : <Obstacles check={found} /> : check.error ? null : <TableSkeleton rows={3} />}
    </ConfirmDialog>
  );
}

function Obstacles({ check }: { check: DecommissionCheck }) {
  const t = useTranslations("diagnostics.removal.decommission");
  return (
    <Notice tone="warn" title={t("notYet")}>
      <ul className={classes.list}>
        {check.obstacles.map(({ kind, count }) => (
          <li key={kind}>{t(`obstacle.${kind}`, { count })}</li>
        ))}
      </ul>
    </Notice>
  );
}

function Ends({ check }: { check: DecommissionCheck }) {
  const t = useTranslations("diagnostics.removal.decommission");
  return (
    <>
      <p className={classes.say}>{t("consequence")}</p>
      <ul className={classes.list}>
        <li>{t(check.online ? "ends.online" : "ends.offline")}</li>
        {check.itemsLeft > 0 && <li>{t("ends.items", { count: check.itemsLeft })}</li>}
        {check.openAlerts > 0 && <li>{t("ends.alerts", { count: check.openAlerts })}</li>}
        {check.openUpdates > 0 && <li>{t("ends.updates", { count: check.openUpdates })}</li>}
        <li>{t("ends.history")}</li>
      </ul>
    </>
  );
}
