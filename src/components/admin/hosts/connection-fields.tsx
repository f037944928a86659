"use client";

import { PasswordInput, SegmentedControl, Textarea, TextInput } from "@mantine/core";
import type { UseFormReturnType } from "@mantine/form";
import { useTranslations } from "next-intl";
import { type ConnectionValues, transportOf } from "./connection-values.ts";
import classes from "./hosts.module.css";
import { LibvirtSettings, ProxmoxSettings } from "./settings-fields.tsx";

interface ConnectionFieldsProps {
  form: UseFormReturnType<ConnectionValues>;
  /** secrets are stored: an empty field keeps them */
  stored?: boolean;
}

/** How a host of the chosen kind is reached. Secrets are written and never shown again. */
export function ConnectionFields({ form, stored = false }: ConnectionFieldsProps) {
  if (form.values.type === "proxmox") return <ProxmoxFields form={form} stored={stored} />;
  if (form.values.type === "libvirt") return <LibvirtFields form={form} stored={stored} />;
  return <SimulatedWords />;
}

function SimulatedWords() {
  const t = useTranslations("hosts.connection");
  return <p>{t("simulated")}</p>;
}

function ProxmoxFields({ form, stored }: Required<ConnectionFieldsProps>) {
  const t = useTranslations("hosts.connection");
  const kept = stored ? t("kept") : "";
  const token = form.values.login === "token";
  return (
    <div className={classes.fields}>
      <div className={classes.pair}>
        <TextInput label={t("apiUrl")} description={t("apiUrlHelp")} placeholder="https://pve.example.com:8006" spellCheck={false} autoComplete="off" inputMode="url" {...form.getInputProps("apiUrl")} />
        <TextInput label={t("node")} description={t("nodeHelp")} placeholder="pve1" spellCheck={false} autoComplete="off" {...form.getInputProps("node")} />
      </div>
      <SegmentedControl
        aria-label={t("login")}
        data={[
          { value: "token", label: t("loginToken") },
          { value: "password", label: t("loginPassword") },
        ]}
        {...form.getInputProps("login")}
      />
      {token ? (
        <PasswordInput label={t("token")} description={t("tokenHelp")} placeholder={kept || "switchyard@pve!panel=00000000-…"} autoComplete="off" spellCheck={false} {...form.getInputProps("token")} />
      ) : (
        <div className={classes.pair}>
          <TextInput label={t("username")} autoComplete="off" spellCheck={false} {...form.getInputProps("username")} />
          <TextInput label={t("realm")} autoComplete="off" spellCheck={false} {...form.getInputProps("realm")} />
          <PasswordInput label={t("password")} placeholder={kept} autoComplete="new-password" {...form.getInputProps("password")} />
        </div>
      )}
      <TextInput label={t("fingerprint")} description={t("fingerprintHelp")} autoComplete="off" spellCheck={false} className={classes.key ?? ""} {...form.getInputProps("tlsFingerprint")} />
      <ProxmoxSettings form={form} />
    </div>
  );
}

function LibvirtFields({ form, stored }: Required<ConnectionFieldsProps>) {
  const t = useTranslations("hosts.connection");
  const transport = transportOf(form.values.uri);
  const text = { autosize: true, minRows: 3, maxRows: 8, spellCheck: false, autoComplete: "off", className: classes.key ?? "", placeholder: stored ? t("kept") : "" } as const;
  return (
    <div className={classes.fields}>
      <TextInput label={t("uri")} description={t("uriHelp")} placeholder="qemu+ssh://root@kvm1.example.com/system" spellCheck={false} autoComplete="off" {...form.getInputProps("uri")} />
      {transport === "ssh" && (
        <>
          <Textarea label={t("sshPrivateKey")} description={t("sshPrivateKeyHelp")} {...text} {...form.getInputProps("sshPrivateKey")} />
          <Textarea label={t("knownHosts")} description={t("knownHostsHelp")} {...text} {...form.getInputProps("knownHosts")} />
        </>
      )}
      {transport === "tls" && (
        <>
          <Textarea label={t("caCertificate")} {...text} {...form.getInputProps("caCertificate")} />
          <Textarea label={t("clientCertificate")} {...text} {...form.getInputProps("clientCertificate")} />
          <Textarea label={t("clientKey")} {...text} {...form.getInputProps("clientKey")} />
        </>
      )}
      <LibvirtSettings form={form} />
    </div>
  );
}
