"use client";

import { Button, Modal, NumberInput, Radio, Skeleton, Stack, Switch } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useFormatter, useTranslations } from "next-intl";
import { useState } from "react";
import { useTRPC } from "#components/api/trpc.ts";
import { Form } from "#components/form/form.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { useNotify } from "#components/ui/use-notify.ts";
import classes from "./migrate-dialog.module.css";
import type { AdminVm } from "./types.ts";

/** Chooses the host that a VM moves to, among those of its kind, with what is free on each. */
export function MigrateDialog({ vm, onClose }: { vm: AdminVm; onClose: () => void }) {
  const t = useTranslations("admin.vms.move");
  const format = useFormatter();
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const notify = useNotify();
  const [target, setTarget] = useState<string | null>(null);
  const [live, setLive] = useState(true);
  const [limit, setLimit] = useState<number | string>("");
  const hosts = useQuery(trpc.compute.changes.migrationTargets.queryOptions({ id: vm.id }, { staleTime: 0 }));
  const move = useMutation(
    trpc.compute.changes.migrate.mutationOptions({
      onSuccess: (answer) => {
        notify.done(t("done", { name: vm.name, host: answer.targetHost }));
        void queryClient.invalidateQueries(trpc.platform.vms.pathFilter());
        onClose();
      },
    }),
  );
  const running = vm.status === "running";
  const submit = () => {
    if (target !== null) move.mutate({ id: vm.id, targetHost: target, liveMigration: live, ...(limit === "" ? {} : { bandwidthLimitMbps: Number(limit) }) });
  };
  const gigabytes = (megabytes: number) => format.number(megabytes / 1024, { maximumFractionDigits: 0 });
  return (
    <Modal opened onClose={onClose} title={t("title", { name: vm.name })}>
      <Form
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
        error={move.error}
        actions={
          <Button type="submit" loading={move.isPending} disabled={target === null}>
            {t("submit")}
          </Button>
        }
      >
        {vm.host && <p className={classes.text}>{t("from", { host: vm.host })}</p>}
        {hosts.error ? <ErrorState error={hosts.error} title={t("loadFailed")} compact /> : !hosts.data ? <Skeleton height={80} /> : null}
        {hosts.data?.data.length === 0 && <p className={classes.text}>{t("none")}</p>}
        {hosts.data && hosts.data.data.length > 0 && (
          <Radio.Group label={t("to")} value={target} onChange={setTarget}>
            <Stack gap="xs" mt="xs">
              {hosts.data.data.map((host) => (
                <Radio
                  key={host.id}
                  value={host.id}
                  disabled={host.problem !== null}
                  label={host.problem ? `${host.name}: ${t(`problems.${host.problem}`)}` : host.name}
                  description={t("room", { vcpu: host.freeVcpu, memory: gigabytes(host.freeMemoryMb), storage: host.freeStorageGb })}
                />
              ))}
            </Stack>
          </Radio.Group>
        )}
        {running && <Switch label={t("live")} checked={live} onChange={(event) => setLive(event.currentTarget.checked)} />}
        <NumberInput label={t("limit")} description={t("limitHelp")} min={1} max={1_000_000} allowDecimal={false} value={limit} onChange={setLimit} />
      </Form>
    </Modal>
  );
}
