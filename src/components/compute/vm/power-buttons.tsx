"use client";

import { ActionIcon, Button, Menu, Tooltip } from "@mantine/core";
import { IconDotsVertical, IconPlayerPlay, IconPlayerStop, IconRefresh } from "@tabler/icons-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useViewer } from "#components/layout/viewer-context.tsx";
import { ConfirmDialog } from "#components/ui/confirm-dialog.tsx";
import { MenuNote } from "#components/ui/menu-note.tsx";
import { formatCredits } from "#shared/credits.ts";
import { type PowerAction, vmAllows } from "#shared/compute/states.ts";
import type { VmDetail } from "../types.ts";
import { INTERRUPTING } from "./power.ts";
import { useVmPower } from "./use-vm-power.ts";

const ICONS = { start: IconPlayerPlay, resume: IconPlayerPlay, stop: IconPlayerStop, restart: IconRefresh };

/** Start, stop, restart, and the rarer ones in a menu. What the state forbids is shut and says why. */
export function PowerButtons({ vm }: { vm: VmDetail }) {
  const t = useTranslations("vm.power");
  const status = useTranslations("common.status");
  const permitted = useViewer().organization.permissions.includes("vm:power");
  const [asked, setAsked] = useState<PowerAction | null>(null);
  const power = useVmPower(vm);
  const reason = (action: PowerAction): string | null =>
    !permitted ? t("noPermission") : vmAllows(vm.status, action) ? null : t("notWhile", { state: status(vm.status) });
  const ask = (action: PowerAction) => (INTERRUPTING.includes(action) ? setAsked(action) : power.send(action));
  const button = (action: "start" | "resume" | "stop" | "restart") => {
    const Icon = ICONS[action];
    const why = reason(action);
    return (
      <Tooltip key={action} label={why ?? t(`about.${action}`)} multiline maw={260}>
        <Button
          variant="default"
          leftSection={<Icon size={16} stroke={1.8} aria-hidden />}
          {...(why === null ? {} : { "data-disabled": true, "aria-disabled": true })}
          onClick={() => why === null && ask(action)}
        >
          {t(`actions.${action}`)}
        </Button>
      </Tooltip>
    );
  };
  return (
    <>
      {button(vm.status === "suspended" ? "resume" : "start")}
      {button("stop")}
      {button("restart")}
      <Menu position="bottom-end" width={280}>
        <Menu.Target>
          <ActionIcon size={34} variant="default" aria-label={t("more")}>
            <IconDotsVertical size={16} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {(["shutdown", "suspend", "reset"] as const).map((action) => (
            <Menu.Item key={action} disabled={reason(action) !== null} onClick={() => ask(action)}>
              {t(`actions.${action}`)}
              <MenuNote>{reason(action) ?? t(`about.${action}`)}</MenuNote>
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      <ConfirmDialog
        opened={asked !== null}
        onClose={() => setAsked(null)}
        title={asked ? t("ask.title", { action: t(`actions.${asked}`), name: vm.name }) : ""}
        confirmLabel={asked ? t(`actions.${asked}`) : ""}
        onConfirm={() => {
          if (asked) power.send(asked);
          setAsked(null);
        }}
      >
        {asked && t(`ask.${asked as "stop"}`, { price: formatCredits(vm.prices.stopped, 4) })}
      </ConfirmDialog>
    </>
  );
}
