"use client";

import { useTranslations } from "next-intl";
import { CopyText } from "#components/ui/copy-text.tsx";
import { Rows } from "#components/ui/grid.tsx";
import { KeyValue } from "#components/ui/key-value.tsx";
import { Section } from "#components/ui/section.tsx";
import { vmIsGone } from "#shared/compute/states.ts";
import type { VmDetail } from "../types.ts";
import { DeleteVm } from "./delete-vm.tsx";
import { ExpirySection } from "./expiry-section.tsx";
import { PasswordSection } from "./password-section.tsx";
import { UpgradeSection } from "./upgrade-section.tsx";
import classes from "./vm-settings.module.css";

/** What was put on the VM, and the way to be rid of it. */
export function VmSettings({ vm }: { vm: VmDetail }) {
  const t = useTranslations("vm.settings");
  return (
    <Rows>
      <Section title={t("sshKeys")} description={t("sshKeysHelp")}>
        {vm.sshKeys.length === 0 ? (
          <p className={classes.none}>{t("noSshKeys")}</p>
        ) : (
          <ul className={classes.keys}>
            {vm.sshKeys.map((key) => (
              <li key={key}>
                <CopyText value={key} label={t("publicKey")}>
                  {shorten(key)}
                </CopyText>
              </li>
            ))}
          </ul>
        )}
      </Section>
      <Section title={t("details")}>
        <KeyValue
          items={[
            { label: t("id"), value: <CopyText value={vm.id} label={t("id")} /> },
            { label: t("host"), value: vm.hypervisorDetails.host },
            { label: t("mac"), value: vm.hypervisorDetails.mac && <CopyText value={vm.hypervisorDetails.mac} label={t("mac")} /> },
            { label: t("hypervisor"), value: vm.hypervisor },
            ...Object.entries(vm.metadata).map(([label, value]) => ({ label, value })),
          ]}
        />
      </Section>
      {!vmIsGone(vm.status) && (
        <>
          <UpgradeSection vm={vm} />
          <PasswordSection vm={vm} />
          <ExpirySection vm={vm} />
        </>
      )}
      {vm.status !== "terminated" && <DeleteVm vm={vm} />}
    </Rows>
  );
}

/** "ssh-ed25519 AAAAC3Nz…k2T3 ada@laptop" */
function shorten(key: string): string {
  const [type = "", body = "", ...comment] = key.split(" ");
  return [type, body.length > 24 ? `${body.slice(0, 8)}…${body.slice(-8)}` : body, ...comment].join(" ");
}
