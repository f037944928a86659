"use client";

import { Button, Checkbox } from "@mantine/core";
import { skipToken, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useTRPC } from "#components/api/trpc.ts";
import { useViewer } from "#components/layout/viewer-context.tsx";
import { ConfirmDialog } from "#components/ui/confirm-dialog.tsx";
import { Section } from "#components/ui/section.tsx";
import { vmAllows } from "#shared/compute/states.ts";
import type { VmDetail } from "../types.ts";
import classes from "./vm-settings.module.css";

/** The danger zone: deletes the VM, with a last backup of its disk first if one wants. Says which backups stay. */
export function DeleteVm({ vm }: { vm: VmDetail }) {
  const t = useTranslations("vm.delete");
  const status = useTranslations("common.status");
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const permitted = useViewer().organization.permissions.includes("vm:delete");
  const [asking, setAsking] = useState(false);
  const [keep, setKeep] = useState(false);
  const backups = useQuery(trpc.compute.backups.ofVm.queryOptions(asking ? { id: vm.id } : skipToken)).data;
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
  const ask = () => {
    setKeep(false);
    remove.reset();
    setAsking(true);
  };
  return (
    <Section title={t("zone")} danger>
      <div className={classes.danger}>
        <p className={classes.text}>{t("text")}</p>
        <div>
          <Button color="red" variant="outline" disabled={why !== null} onClick={ask} aria-describedby={why === null ? undefined : "delete-why"}>
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
        onConfirm={() => remove.mutate({ id: vm.id, preserveVolumes: keep })}
        typeName={vm.name}
        pending={remove.isPending}
        error={remove.error}
        danger
      >
        <p className={classes.consequence}>{t(keep ? "consequenceKept" : "consequence")}</p>
        {backups && <p className={classes.consequence}>{t("stay", { count: backups.data.length + (keep ? 1 : 0) })}</p>}
        <Checkbox
          mt="md"
          label={t("keep")}
          description={t(backups?.possible === false ? "keepImpossible" : "keepHelp")}
          disabled={!backups?.possible}
          checked={keep}
          onChange={(event) => setKeep(event.currentTarget.checked)}
        />
      </ConfirmDialog>
    </Section>
  );
}
