"use client";

import { Button } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useTRPC } from "#components/api/trpc.ts";
import { useViewer } from "#components/layout/viewer-context.tsx";
import { ConfirmDialog } from "#components/ui/confirm-dialog.tsx";
import { CopyText } from "#components/ui/copy-text.tsx";
import { Rows } from "#components/ui/grid.tsx";
import { KeyValue } from "#components/ui/key-value.tsx";
import { Section } from "#components/ui/section.tsx";
import { vmAllows, vmIsGone } from "#shared/compute/states.ts";
import type { VmDetail } from "../types.ts";
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
      {vm.status !== "terminated" && <DangerZone vm={vm} />}
    </Rows>
  );
}

function DangerZone({ vm }: { vm: VmDetail }) {
  const t = useTranslations("vm.delete");
  const status = useTranslations("common.status");
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const permitted = useViewer().organization.permissions.includes("vm:delete");
  const [asking, setAsking] = useState(false);
  const remove = useMutation(
    trpc.compute.vms.delete.mutationOptions({
      onSuccess: (answer) => {
        setAsking(false);
        queryClient.setQueryData(trpc.compute.vms.get.queryKey({ id: vm.id }), (before) => before && { ...before, status: answer.status, operationId: answer.deletionJobId });
        void queryClient.invalidateQueries(trpc.compute.pathFilter());
      },
    }),
  );
  const why = permitted ? (vmAllows(vm.status, "delete") ? null : t("notWhile", { state: status(vm.status) })) : t("noPermission");
  return (
    <Section title={t("zone")} danger>
      <div className={classes.danger}>
        <p className={classes.text}>{t("text")}</p>
        <div>
          <Button color="red" variant="outline" disabled={why !== null} onClick={() => setAsking(true)} aria-describedby={why === null ? undefined : "delete-why"}>
            {t("button")}
          </Button>
          {why && (
            <p id="delete-why" className={classes.why}>
              {why}
            </p>
          )}
        </div>
      </div>
      <ConfirmDialog
        opened={asking}
        onClose={() => setAsking(false)}
        title={t("title", { name: vm.name })}
        confirmLabel={t("button")}
        onConfirm={() => remove.mutate({ id: vm.id })}
        typeName={vm.name}
        pending={remove.isPending}
        error={remove.error}
        danger
      >
        {t("consequence")}
      </ConfirmDialog>
    </Section>
  );
}

/** "ssh-ed25519 AAAAC3Nz…k2T3 ada@laptop" */
function shorten(key: string): string {
  const [type = "", body = "", ...comment] = key.split(" ");
  return [type, body.length > 24 ? `${body.slice(0, 8)}…${body.slice(-8)}` : body, ...comment].join(" ");
}
