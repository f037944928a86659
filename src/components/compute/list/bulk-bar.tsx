"use client";

import { Button } from "@mantine/core";
import { IconArchive, IconCamera, IconPlayerPlay, IconPlayerStop, IconRefresh, IconTrash } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useTRPC } from "#components/api/trpc.ts";
import { useViewer } from "#components/layout/viewer-context.tsx";
import { SelectionBar } from "#components/table/selection-bar.tsx";
import { ConfirmDialog } from "#components/ui/confirm-dialog.tsx";
import { useNotify } from "#components/ui/use-notify.ts";
import { useShownOperation } from "../operations/use-shown-operation.ts";
import type { Vm } from "../types.ts";
import classes from "./bulk-bar.module.css";
import { downloadVms } from "./vm-csv.ts";

const ACTIONS = [
  { action: "start", permission: "vm:power", icon: IconPlayerPlay },
  { action: "stop", permission: "vm:power", icon: IconPlayerStop },
  { action: "restart", permission: "vm:power", icon: IconRefresh },
  { action: "snapshot", permission: "vm:snapshot", icon: IconCamera },
  { action: "backup", permission: "vm:backup", icon: IconArchive },
  { action: "delete", permission: "vm:delete", icon: IconTrash },
] as const;
type BulkAction = (typeof ACTIONS)[number]["action"];

/** What can be done to the chosen VMs at once. The operation opens beside the list and says how each of them fares. */
export function BulkBar({ chosen, onClear }: { chosen: readonly Vm[]; onClear: () => void }) {
  const t = useTranslations("changes.bulk");
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const notify = useNotify();
  const { permissions } = useViewer().organization;
  const [, show] = useShownOperation();
  const [asked, setAsked] = useState<Exclude<BulkAction, "start"> | null>(null);
  const batch = useMutation(
    trpc.compute.changes.batch.mutationOptions({
      onSuccess: (answer) => {
        notify.done(t("begun", { count: answer.totalVms }));
        onClear();
        void show(answer.batchJobId);
      },
      onError: (error) => notify.failed(t("failed"), error),
      onSettled: () => {
        setAsked(null);
        void queryClient.invalidateQueries(trpc.compute.pathFilter());
      },
    }),
  );
  if (chosen.length === 0) return null;
  const count = chosen.length;
  const send = (operation: BulkAction) => batch.mutate({ operation, vmIds: chosen.map((vm) => vm.id) });
  return (
    <SelectionBar
      label={t("label")}
      chosen={t("chosen", { count })}
      clearLabel={t("clear")}
      onClear={onClear}
      aside={
        <Button size="xs" variant="subtle" color="gray" onClick={() => downloadVms(chosen)}>
          {t("export")}
        </Button>
      }
    >
      {ACTIONS.filter(({ permission }) => permissions.includes(permission)).map(({ action, icon: Icon }) => (
        <Button
          key={action}
          size="xs"
          variant="default"
          {...(action === "delete" ? { c: "red" } : {})}
          leftSection={<Icon size={14} aria-hidden />}
          disabled={batch.isPending}
          onClick={() => (action === "start" ? send(action) : setAsked(action))}
        >
          {t(`actions.${action}`)}
        </Button>
      ))}
      <ConfirmDialog
        opened={asked !== null}
        onClose={() => setAsked(null)}
        title={asked ? t("askTitle", { action: t(`actions.${asked}`), count }) : ""}
        confirmLabel={asked ? t(`actions.${asked}`) : ""}
        onConfirm={() => asked && send(asked)}
        pending={batch.isPending}
        danger={asked === "delete"}
        {...(asked === "delete" ? { typeName: String(count) } : {})}
      >
        <p className={classes.question}>{asked && t(`ask.${asked}`)}</p>
        <p className={classes.names}>{chosen.map((vm) => vm.name).join(", ")}</p>
      </ConfirmDialog>
    </SelectionBar>
  );
}
