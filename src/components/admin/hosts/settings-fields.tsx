"use client";

import { NumberInput, Select, Switch, Textarea, TextInput } from "@mantine/core";
import type { UseFormReturnType } from "@mantine/form";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { Disclosure } from "#components/ui/disclosure.tsx";
import type { ConnectionValues } from "./connection-values.ts";
import classes from "./hosts.module.css";
import { advancedAmiss, hasAdvanced, type SettingsValues } from "./settings-values.ts";

interface SettingsFieldsProps {
  form: UseFormReturnType<ConnectionValues>;
}

const DOMAIN_TYPES = ["kvm", "qemu", "xen", "vmware", "hyperv"] as const satisfies readonly SettingsValues["domainType"][];
const plain = { spellCheck: false, autoComplete: "off" } as const;
const number = { min: 100, max: 999_999_999, allowDecimal: false, allowNegative: false, hideControls: true } as const;

/** Where a Proxmox host puts what VMs are made of. */
export function ProxmoxSettings({ form }: SettingsFieldsProps) {
  const t = useTranslations("hosts.connection");
  return (
    <>
      <div className={classes.pair}>
        <TextInput label={t("storage")} description={t("storageHelp")} {...plain} {...form.getInputProps("settings.storage")} />
        <TextInput label={t("bridge")} description={t("bridgeHelp")} {...plain} {...form.getInputProps("settings.bridge")} />
        <TextInput label={t("isoStorage")} description={t("isoStorageHelp")} {...plain} {...form.getInputProps("settings.isoStorage")} />
        <TextInput label={t("backupStorage")} description={t("backupStorageHelp")} {...plain} {...form.getInputProps("settings.backupStorage")} />
      </div>
      <Advanced form={form} hint={t("advancedProxmox")}>
        <div className={classes.pair}>
          <NumberInput label={t("vmidFrom")} description={t("vmidFromHelp")} placeholder="10000" {...number} {...form.getInputProps("settings.vmidFrom")} />
          <NumberInput label={t("vmidTo")} description={t("vmidToHelp")} placeholder="99999" {...number} {...form.getInputProps("settings.vmidTo")} />
        </div>
        <Textarea label={t("clusterCertificate")} description={t("clusterCertificateHelp")} placeholder="-----BEGIN CERTIFICATE-----" autosize minRows={3} maxRows={8} className={classes.key ?? ""} {...plain} {...form.getInputProps("settings.caCertificate")} />
      </Advanced>
    </>
  );
}

/** What a libvirt host's VMs are made of, and how they move. */
export function LibvirtSettings({ form }: SettingsFieldsProps) {
  const t = useTranslations("hosts.connection");
  return (
    <>
      <div className={classes.pair}>
        <TextInput label={t("pool")} description={t("poolHelp")} {...plain} {...form.getInputProps("settings.pool")} />
        <TextInput label={t("network")} description={t("networkHelp")} {...plain} {...form.getInputProps("settings.network")} />
        <TextInput label={t("backupPool")} description={t("backupPoolHelp")} {...plain} {...form.getInputProps("settings.backupPool")} />
      </div>
      <Advanced form={form} hint={t("advancedLibvirt")}>
        <div className={classes.pair}>
          <Select
            label={t("domainType")}
            description={t("domainTypeHelp")}
            allowDeselect={false}
            data={[{ value: "", label: t("domainTypes.best") }, ...DOMAIN_TYPES.map((value) => ({ value, label: t(`domainTypes.${value}`) }))]}
            {...form.getInputProps("settings.domainType")}
          />
          <TextInput label={t("cpuModel")} description={t("cpuModelHelp")} placeholder="host-model" {...plain} {...form.getInputProps("settings.cpuModel")} />
        </div>
        <Switch label={t("openvswitch")} description={t("openvswitchHelp")} {...form.getInputProps("settings.openvswitch", { type: "checkbox" })} />
        <Switch label={t("sharedStorage")} description={t("sharedStorageHelp")} {...form.getInputProps("settings.sharedStorage", { type: "checkbox" })} />
        <div className={classes.pair}>
          <TextInput label={t("migrationUri")} description={t("migrationUriHelp")} placeholder="qemu+tls://kvm1.example.com/system" {...plain} {...form.getInputProps("settings.migrationUri")} />
          <TextInput label={t("migrationAddress")} description={t("migrationAddressHelp")} placeholder="tcp://10.0.0.2" {...plain} {...form.getInputProps("settings.migrationAddress")} />
        </div>
      </Advanced>
    </>
  );
}

/** Open from the beginning where any of it is set, and for as long as the server finds fault with any of it. */
function Advanced({ form, hint, children }: SettingsFieldsProps & { hint: string; children: ReactNode }) {
  const t = useTranslations("hosts.connection");
  const { type, settings } = form.values;
  return (
    <Disclosure label={t("advanced")} hint={hint} open={hasAdvanced(type, settings)} force={advancedAmiss(type, form.errors)}>
      {children}
    </Disclosure>
  );
}
