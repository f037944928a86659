"use client";

import { useTranslations } from "next-intl";
import { type ReactNode, useState } from "react";
import { useViewer } from "#components/layout/viewer-context.tsx";
import { ConfirmDialog } from "#components/ui/confirm-dialog.tsx";
import { Section } from "#components/ui/section.tsx";
import { ReasonedButton } from "../../compute/vm/reasoned-button.tsx";
import type { MachinePanelProps } from "../machine-tabs.tsx";
import { DecommissionDialog } from "./decommission-dialog.tsx";
import { MachineArchive } from "./machine-archive.tsx";
import classes from "./removal.module.css";
import { useRevoke, useRotate } from "./use-removal.ts";

type Question = "rotate" | "revoke" | "decommission";

/** The device's access to the broker, and the machine's way out of service. */
export function MachineRemoval({ side, machine }: MachinePanelProps) {
  const t = useTranslations("diagnostics.removal");
  const { me, organization } = useViewer();
  const [question, setQuestion] = useState<Question | null>(null);
  const close = () => setQuestion(null);
  const rotate = useRotate(side);
  const revoke = useRevoke(side, close);
  const may = (permission: "machine:command" | "machine:configure") => (side === "admin" ? me.permissions.includes("platform:machines:write") : organization.permissions.includes(permission));
  const mayConfigure = may("machine:configure");
  if (machine.status === "decommissioned") return mayConfigure ? <MachineArchive side={side} id={machine.id} /> : null;
  const whyNotRotate = !may("machine:command") ? t("whyNot.noPermission") : machine.status === "online" ? null : t("whyNot.offline");
  const whyNotRevoke = !mayConfigure ? t("whyNot.noPermission") : machine.claimedAt === null ? t("whyNot.neverClaimed") : null;
  const { name } = machine;
  return (
    <Section title={t("title")}>
      <ul className={classes.rows}>
        <Row of="rotate">
          <ReasonedButton variant="default" size="xs" why={whyNotRotate} loading={rotate.isPending} onClick={() => setQuestion("rotate")}>
            {t("rotate.button")}
          </ReasonedButton>
        </Row>
        <Row of="revoke">
          <ReasonedButton
            variant="default"
            size="xs"
            why={whyNotRevoke}
            onClick={() => {
              revoke.reset();
              setQuestion("revoke");
            }}
          >
            {t("revoke.button")}
          </ReasonedButton>
        </Row>
        <Row of="decommission">
          <ReasonedButton variant="outline" color="red" size="xs" why={mayConfigure ? null : t("whyNot.noPermission")} onClick={() => setQuestion("decommission")}>
            {t("decommission.button")}
          </ReasonedButton>
        </Row>
      </ul>
      <ConfirmDialog
        opened={question === "rotate"}
        onClose={close}
        title={t("rotate.title", { name })}
        confirmLabel={t("rotate.button")}
        onConfirm={() => {
          close();
          rotate.mutate({ id: machine.id });
        }}
      >
        {t("rotate.consequence")}
      </ConfirmDialog>
      <ConfirmDialog
        opened={question === "revoke"}
        onClose={close}
        title={t("revoke.title", { name })}
        confirmLabel={t("revoke.button")}
        onConfirm={() => revoke.mutate({ id: machine.id })}
        pending={revoke.isPending}
        error={revoke.error}
        danger
      >
        {t("revoke.consequence")}
      </ConfirmDialog>
      <DecommissionDialog side={side} machine={machine} opened={question === "decommission"} onClose={close} />
    </Section>
  );
}

function Row({ of, children }: { of: Question; children: ReactNode }) {
  const t = useTranslations("diagnostics.removal");
  return (
    <li className={classes.row}>
      <div className={classes.words}>
        <p className={classes.title}>{t(`${of}.name`)}</p>
        <p className={classes.text}>{t(`${of}.text`)}</p>
      </div>
      {children}
    </li>
  );
}
