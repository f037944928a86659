"use client";

import { Button, Select, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { useTRPC } from "#components/api/trpc.ts";
import { ConfirmDialog } from "#components/ui/confirm-dialog.tsx";
import { Rows } from "#components/ui/grid.tsx";
import { Section } from "#components/ui/section.tsx";
import { useNotify } from "#components/ui/use-notify.ts";
import { HostConnectionSettings } from "./host-connection-settings.tsx";
import { HostError } from "./host-error.tsx";
import classes from "./hosts.module.css";
import { LimitFields, toLimits } from "./limit-fields.tsx";
import type { HostDetail } from "./types.ts";
import { useUpdateHost } from "./use-update-host.ts";

/** What can be changed about a host, and the way to forget it. */
export function HostSettings({ host }: { host: HostDetail }) {
  return (
    <Rows>
      <Details host={host} />
      {host.type !== "simulated" && <HostConnectionSettings host={host} />}
      <Delete host={host} />
    </Rows>
  );
}

function Details({ host }: { host: HostDetail }) {
  const t = useTranslations("hosts.details");
  const trpc = useTRPC();
  const regions = useQuery(trpc.compute.catalogAdmin.regions.list.queryOptions());
  const form = useForm({
    initialValues: { name: host.name, location: host.location, vcpuRatio: host.vcpuRatio, memoryReserveGb: host.memoryReserveMb / 1024, storageReserveGb: host.storageReserveGb },
    validate: { name: (value) => (value.trim() === "" ? t("nameMissing") : null) },
  });
  const update = useUpdateHost({ saved: t("saved"), onErrors: form.setErrors });
  const submit = form.onSubmit((values) => update.mutate({ id: host.id, name: values.name.trim(), location: values.location, ...toLimits(values) }));
  return (
    <Section title={t("title")}>
      <form onSubmit={submit} noValidate>
        <div className={classes.fields}>
          <TextInput label={t("name")} maxLength={64} autoComplete="off" {...form.getInputProps("name")} />
          <Select label={t("location")} description={host.vmCount > 0 ? t("locationFixed") : t("locationHelp")} disabled={host.vmCount > 0} allowDeselect={false} data={(regions.data?.data ?? [{ id: host.location, name: host.locationName }]).map((region) => ({ value: region.id, label: region.name }))} {...form.getInputProps("location")} />
          <LimitFields inputProps={form.getInputProps} />
        </div>
        {update.error && <HostError error={update.error} title={t("notSaved")} />}
        <div className={classes.footer}>
          <span />
          <Button type="submit" loading={update.isPending} disabled={!form.isDirty()}>
            {t("save")}
          </Button>
        </div>
      </form>
    </Section>
  );
}

function Delete({ host }: { host: HostDetail }) {
  const t = useTranslations("hosts.delete");
  const trpc = useTRPC();
  const router = useRouter();
  const queryClient = useQueryClient();
  const notify = useNotify();
  const [asked, setAsked] = useState(false);
  const remove = useMutation(
    trpc.compute.hosts.delete.mutationOptions({
      onSuccess: () => {
        notify.done(t("done", { name: host.name }));
        router.push("/admin/hosts");
        void queryClient.invalidateQueries(trpc.compute.hosts.list.pathFilter());
      },
    }),
  );
  return (
    <Section title={t("title")} description={host.vmCount > 0 ? t("hasVms", { count: host.vmCount }) : t("description")} danger>
      <Button color="red" variant="outline" disabled={host.vmCount > 0} onClick={() => setAsked(true)}>
        {t("action")}
      </Button>
      <ConfirmDialog opened={asked} onClose={() => setAsked(false)} title={t("question", { name: host.name })} confirmLabel={t("action")} typeName={host.name} danger pending={remove.isPending || remove.isSuccess} onConfirm={() => remove.mutate({ id: host.id })}>
        {t("text")}
        {remove.error && <HostError error={remove.error} title={t("failed")} />}
      </ConfirmDialog>
    </Section>
  );
}
