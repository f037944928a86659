"use client";

import { Button, NativeSelect, NumberInput, Switch, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useTRPC } from "#components/api/trpc.ts";
import { fieldErrors } from "#components/form/server-errors.ts";
import { useNotify } from "#components/ui/use-notify.ts";
import { OfferForm } from "../catalog/offer-form.tsx";
import classes from "../catalog/catalog.module.css";
import type { Pool } from "../catalog/types.ts";
import { useOfferSaved } from "../catalog/use-offer-saved.ts";

/** Makes or changes an address pool; null: a new one. Its network and region stay as they were made. */
export function PoolForm({ pool, onClose }: { pool: Pool | null; onClose: () => void }) {
  const t = useTranslations("catalog.network");
  const words = useTranslations("catalog.form");
  const trpc = useTRPC();
  const notify = useNotify();
  const saved = useOfferSaved(onClose);
  const regions = useQuery(trpc.compute.catalogAdmin.regions.list.queryOptions());
  const form = useForm({
    initialValues: {
      name: pool?.name ?? "",
      region: pool?.region ?? "",
      network: pool?.network ?? "",
      firstAddress: pool?.firstAddress ?? "",
      lastAddress: pool?.lastAddress ?? "",
      gateway: pool?.gateway ?? "",
      nameservers: pool?.nameservers.join(", ") ?? "",
      bridge: pool?.bridge ?? "",
      vlan: pool?.vlan ?? ("" as number | ""),
      active: pool?.active ?? true,
    },
    validate: {
      name: (value) => (value.trim() === "" ? words("nameMissing") : null),
      region: (value) => (value === "" ? t("regionMissing") : null),
      network: (value) => (/^[0-9a-fA-F:.]+\/\d+$/.test(value.trim()) ? null : t("networkInvalid")),
    },
  });
  const done = {
    onSuccess: (made: Pool) => saved(made.name),
    onError: (error: unknown) => {
      const errors = fieldErrors(error);
      const nameserver = Object.entries(errors).find(([field]) => field.startsWith("nameservers"));
      form.setErrors({ ...errors, ...(nameserver ? { nameservers: nameserver[1] } : {}) });
    },
  };
  const create = useMutation(trpc.compute.catalogAdmin.pools.create.mutationOptions(done));
  const update = useMutation(trpc.compute.catalogAdmin.pools.update.mutationOptions(done));
  const remove = useMutation(trpc.compute.catalogAdmin.pools.remove.mutationOptions({ onSuccess: () => saved(pool?.name ?? ""), onError: (error) => notify.failed(t("removeFailed"), error) }));
  const submit = form.onSubmit(({ region, network, active, vlan, ...values }) => {
    const text = (value: string) => (value.trim() === "" ? null : value.trim());
    const fields = {
      name: values.name,
      gateway: text(values.gateway),
      nameservers: values.nameservers.split(/[\s,]+/).filter((part) => part !== ""),
      bridge: text(values.bridge),
      vlan: vlan === "" ? null : vlan,
    };
    const first = text(values.firstAddress);
    const last = text(values.lastAddress);
    const range = { ...(first === null ? {} : { firstAddress: first }), ...(last === null ? {} : { lastAddress: last }) };
    if (pool) update.mutate({ id: pool.id, ...fields, ...range, active });
    else create.mutate({ region, network: network.trim(), ...fields, ...range });
  });
  const address = { autoComplete: "off", spellCheck: false, maxLength: 45 } as const;
  return (
    <OfferForm onSubmit={submit} onClose={onClose} pending={create.isPending || update.isPending} error={create.error ?? update.error} submitLabel={pool ? undefined : t("add")}>
      <TextInput label={words("name")} maxLength={64} data-autofocus {...form.getInputProps("name")} />
      <NativeSelect
        label={t("region")}
        description={pool ? words("slugFixed") : undefined}
        disabled={pool !== null}
        data={[{ value: "", label: t("regionChoose") }, ...(regions.data?.data ?? []).map((region) => ({ value: region.id, label: region.name }))]}
        {...form.getInputProps("region")}
      />
      <TextInput label={t("network")} description={pool ? words("slugFixed") : t("networkHelp")} placeholder="203.0.113.0/24" disabled={pool !== null} {...address} maxLength={50} {...form.getInputProps("network")} />
      <div className={classes.two}>
        <TextInput label={t("firstAddress")} placeholder={t("wholeNetwork")} {...address} {...form.getInputProps("firstAddress")} />
        <TextInput label={t("lastAddress")} placeholder={t("wholeNetwork")} {...address} {...form.getInputProps("lastAddress")} />
      </div>
      <TextInput label={t("gateway")} description={t("gatewayHelp")} {...address} {...form.getInputProps("gateway")} />
      <TextInput label={t("nameservers")} description={t("nameserversHelp")} {...address} maxLength={150} {...form.getInputProps("nameservers")} />
      <div className={classes.two}>
        <TextInput label={t("bridge")} placeholder={t("hostDefault")} maxLength={64} autoComplete="off" spellCheck={false} {...form.getInputProps("bridge")} />
        <NumberInput label={t("vlan")} min={1} max={4094} allowDecimal={false} {...form.getInputProps("vlan")} />
      </div>
      {pool && <Switch label={t("active")} description={t("activeHelp")} checked={form.values.active} onChange={(event) => form.setFieldValue("active", event.currentTarget.checked)} />}
      {pool?.taken === 0 && (
        <Button variant="default" color="red" loading={remove.isPending} onClick={() => remove.mutate({ id: pool.id })}>
          {t("remove")}
        </Button>
      )}
    </OfferForm>
  );
}
