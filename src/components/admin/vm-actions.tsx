"use client";

import { ActionIcon, Menu } from "@mantine/core";
import { IconDotsVertical } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import dynamic from "next/dynamic";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useTRPC } from "#components/api/trpc.ts";
import { INTERRUPTING } from "#components/compute/vm/power.ts";
import { ConfirmDialog } from "#components/ui/confirm-dialog.tsx";
import { useNotify } from "#components/ui/use-notify.ts";
import { POWER_ACTIONS, type PowerAction, vmAllows } from "#shared/compute/states.ts";
import type { AdminVm } from "./types.ts";

const MigrateDialog = dynamic(() => import("./migrate-dialog.tsx").then((module) => module.MigrateDialog), { ssr: false });

/** What an administrator does to anybody's VM: switch it, and move it to another host. */
export function VmActions({ vm }: { vm: AdminVm }) {
  const t = useTranslations("admin.vms");
  const words = useTranslations("vm.power.actions");
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const notify = useNotify();
  const [asked, setAsked] = useState<PowerAction | null>(null);
  const [moving, setMoving] = useState(false);
  const power = useMutation(
    trpc.compute.changes.powerAny.mutationOptions({
      onSuccess: (_answer, { action }) => notify.done(t("powerDone", { action: words(action), name: vm.name })),
      onError: (error) => notify.failed(t("powerFailed", { name: vm.name }), error),
      onSettled: () => {
        setAsked(null);
        void queryClient.invalidateQueries(trpc.platform.vms.pathFilter());
      },
    }),
  );
  const send = (action: PowerAction) => power.mutate({ id: vm.id, action });
  return (
    <>
      <Menu position="bottom-end" width={220}>
        <Menu.Target>
          <ActionIcon aria-label={t("actions", { name: vm.name })} loading={power.isPending}>
            <IconDotsVertical size={16} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {POWER_ACTIONS.map((action) => (
            <Menu.Item key={action} disabled={!vmAllows(vm.status, action)} onClick={() => (INTERRUPTING.includes(action) ? setAsked(action) : send(action))}>
              {words(action)}
            </Menu.Item>
          ))}
          <Menu.Divider />
          <Menu.Item disabled={!vmAllows(vm.status, "migrate")} onClick={() => setMoving(true)}>
            {t("migrate")}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <ConfirmDialog
        opened={asked !== null}
        onClose={() => setAsked(null)}
        title={asked ? t("ask", { action: words(asked), name: vm.name }) : ""}
        confirmLabel={asked ? words(asked) : ""}
        onConfirm={() => asked && send(asked)}
        pending={power.isPending}
      >
        {t("askText", { organization: vm.organizationName })}
      </ConfirmDialog>
      {moving && <MigrateDialog vm={vm} onClose={() => setMoving(false)} />}
    </>
  );
}
