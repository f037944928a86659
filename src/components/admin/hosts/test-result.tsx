"use client";

import { Button } from "@mantine/core";
import { IconAlertTriangle, IconCertificate, IconCircleCheck } from "@tabler/icons-react";
import { useFormatter, useTranslations } from "next-intl";
import { KeyValue } from "#components/ui/key-value.tsx";
import classes from "./hosts.module.css";
import type { TestResult } from "./types.ts";

interface TestResultPanelProps {
  result: TestResult;
  /** Takes the certificate's fingerprint over as the one to trust. Without it there is nothing to confirm here. */
  onTrust?: (fingerprint: string) => void;
  pending?: boolean;
}

/** What came of connecting: what the host is, or what it said instead, or the certificate that somebody has to compare first. */
export function TestResultPanel({ result, onTrust, pending = false }: TestResultPanelProps) {
  const t = useTranslations("hosts.test");
  const { certificate } = result;
  if (certificate?.trusted === "no" && onTrust) {
    return (
      <div className={classes.result} data-tone="warn" role="alert">
        <p className={classes.headline}>
          <IconCertificate size={18} aria-hidden />
          {t("untrusted")}
        </p>
        <p>{t("compare")}</p>
        <p className={classes.fingerprint} aria-label={t("fingerprint")}>
          {certificate.fingerprint}
        </p>
        <CertificateFacts certificate={certificate} />
        <div>
          <Button onClick={() => onTrust(certificate.fingerprint)} loading={pending}>
            {t("trust")}
          </Button>
        </div>
      </div>
    );
  }
  if (!result.ok) {
    return (
      <div className={classes.result} data-tone="bad" role="alert">
        <p className={classes.headline}>
          <IconAlertTriangle size={18} aria-hidden />
          {t("failed")}
        </p>
        <p className={classes.words}>{result.error}</p>
      </div>
    );
  }
  return <Connected result={result} />;
}

function Connected({ result: { host } }: { result: TestResult }) {
  const t = useTranslations("hosts.test");
  const format = useFormatter();
  if (!host) return null;
  const gb = (mb: number) => format.number(mb / 1024, { maximumFractionDigits: 1 });
  return (
    <div className={classes.result} data-tone={host.warnings.length > 0 ? "warn" : "ok"} role="status">
      <p className={classes.headline}>
        <IconCircleCheck size={18} aria-hidden />
        {t("connected")}
      </p>
      <KeyValue
        items={[
          { label: t("version"), value: host.version },
          { label: t("vcpu"), value: format.number(host.vcpu) },
          { label: t("memory"), value: t("freeOf", { free: gb(host.memoryFreeMb), total: gb(host.memoryMb) }) },
          { label: t("storage"), value: t("freeOf", { free: format.number(host.storageFreeGb), total: format.number(host.storageGb) }) },
          ...(host.storages ?? [])
            .filter((storage) => !storage.isDefault)
            .map((storage) => ({ label: t("storageNamed", { name: storage.name }), value: t("freeOf", { free: format.number(storage.freeGb), total: format.number(storage.totalGb) }) })),
        ]}
      />
      <Warnings warnings={host.warnings} />
    </div>
  );
}

function CertificateFacts({ certificate }: { certificate: NonNullable<TestResult["certificate"]> }) {
  const t = useTranslations("hosts.test");
  const format = useFormatter();
  return (
    <KeyValue
      items={[
        { label: t("subject"), value: certificate.subject },
        { label: t("issuer"), value: certificate.issuer },
        { label: t("validTo"), value: format.dateTime(new Date(certificate.validTo), { dateStyle: "medium" }) },
      ]}
    />
  );
}

/** What does not stop the host from working, but should be looked at. */
export function Warnings({ warnings }: { warnings: readonly string[] }) {
  const t = useTranslations("hosts.test");
  if (warnings.length === 0) return null;
  return (
    <div>
      <p>{t("warnings")}</p>
      <ul className={classes.warnings}>
        {warnings.map((warning) => (
          <li key={warning}>{warning}</li>
        ))}
      </ul>
    </div>
  );
}
