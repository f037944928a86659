"use client";

import { IconBulb, IconRefresh, IconStethoscope } from "@tabler/icons-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { ConfirmDialog } from "#components/ui/confirm-dialog.tsx";
import { ReasonedButton } from "../../compute/vm/reasoned-button.tsx";
import type { IssuableCommand } from "#shared/machines/commands.ts";
import type { MachineDetail } from "../types.ts";
import type { MachineSide } from "../use-machines.ts";
import classes from "./commands.module.css";
import { useIssueCommand } from "./use-diagnostics.ts";

const ICONS = { identify: IconBulb, self_test: IconStethoscope, reboot: IconRefresh } as const;
type Action = keyof typeof ICONS;

interface CommandButtonsProps {
  side: MachineSide;
  machine: MachineDetail;
  whyNot: string | null;
  /** types that the machine was told and has not ended */
  open: ReadonlySet<IssuableCommand | string>;
}

/** What one can tell the machine; each button says why it is shut. */
export function CommandButtons({ side, machine, whyNot, open }: CommandButtonsProps) {
  const t = useTranslations("diagnostics.commands");
  const [asking, setAsking] = useState(false);
  const issue = useIssueCommand(side);
  const tell = (type: Action) => issue.mutate({ id: machine.id, type });
  return (
    <div className={classes.buttons}>
      {(Object.keys(ICONS) as Action[]).map((type) => {
        const Icon = ICONS[type];
        return (
          <ReasonedButton
            key={type}
            variant="default"
            size="xs"
            leftSection={<Icon size={16} stroke={1.6} />}
            loading={issue.isPending && issue.variables.type === type}
            why={whyNot ?? (open.has(type) ? t("whyNot.busy") : null)}
            onClick={() => (type === "reboot" ? setAsking(true) : tell(type))}
          >
            {t(`action.${type}`)}
          </ReasonedButton>
        );
      })}
      <ConfirmDialog
        opened={asking}
        onClose={() => setAsking(false)}
        title={t("reboot.title", { name: machine.name })}
        confirmLabel={t("reboot.confirm")}
        onConfirm={() => {
          setAsking(false);
          tell("reboot");
        }}
      >
        {t("reboot.text")}
      </ConfirmDialog>
    </div>
  );
}
