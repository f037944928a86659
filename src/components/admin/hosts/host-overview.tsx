import { useFormatter, useTranslations } from "next-intl";
import { MainAndAside } from "#components/ui/grid.tsx";
import { CopyText } from "#components/ui/copy-text.tsx";
import { KeyValue } from "#components/ui/key-value.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { Section } from "#components/ui/section.tsx";
import { UsageBar } from "../usage-bar.tsx";
import { inGb, shareOf } from "./capacity.ts";
import classes from "./hosts.module.css";
import type { HostDetail } from "./types.ts";

/** What is given away of the host, and what it is. */
export function HostOverview({ host }: { host: HostDetail }) {
  const t = useTranslations("hosts.overview");
  return (
    <MainAndAside>
      <Section title={t("capacity")} description={t("capacityText")}>
        <Capacity host={host} />
      </Section>
      <Section title={t("facts")}>
        <Facts host={host} />
      </Section>
    </MainAndAside>
  );
}

function Capacity({ host }: { host: HostDetail }) {
  const t = useTranslations("hosts.overview");
  const format = useFormatter();
  const { vcpu, memoryMb } = host.capacity;
  const number = (value: number) => format.number(value, { maximumFractionDigits: 1 });
  const gb = (mb: number) => number(inGb(mb));
  const rows = [
    { key: "vcpu", name: t("vcpu"), share: shareOf(vcpu), label: t("soldVcpu", { used: number(vcpu.used), sellable: number(vcpu.sellable) }), measured: t("threads", { count: vcpu.total }) + (host.cpuPercent === null ? "" : ` · ${t("busy", { percent: number(host.cpuPercent) })}`) },
    { key: "memory", name: t("memory"), share: shareOf(memoryMb), label: t("soldGb", { used: gb(memoryMb.used), sellable: gb(memoryMb.sellable) }), measured: memoryMb.free === null ? t("hasGb", { total: gb(memoryMb.total) }) : t("freeGb", { free: gb(memoryMb.free), total: gb(memoryMb.total) }) },
    ...storagesOf(host).map(({ name, isDefault, totalGb, sellableGb, usedGb, freeGb }) => ({
      key: `storage ${name}`,
      name: name === "" ? t("storage") : t(isDefault ? "defaultStorage" : "namedStorage", { name }),
      share: shareOf({ used: usedGb, sellable: sellableGb }),
      label: t("soldGb", { used: number(usedGb), sellable: number(sellableGb) }),
      measured: freeGb === null ? t("hasGb", { total: number(totalGb) }) : t("freeGb", { free: number(freeGb), total: number(totalGb) }),
    })),
  ];
  return (
    <dl className={classes.bars}>
      {rows.map((row) => (
        <div key={row.key}>
          <dt>{row.name}</dt>
          <dd>
            <UsageBar share={row.share} label={row.label} wide />
            <div className={classes.dim}>{row.measured}</div>
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** Of a host that has told of one alone, that one without a name. */
function storagesOf({ storages, capacity: { storageGb } }: HostDetail): HostDetail["storages"] {
  if (storages.length > 0) return storages;
  return [{ name: "", isDefault: true, totalGb: storageGb.total, sellableGb: storageGb.sellable, usedGb: storageGb.used, freeGb: storageGb.free }];
}

function Facts({ host }: { host: HostDetail }) {
  const t = useTranslations("hosts.overview");
  const address = host.apiUrl ?? host.uri;
  return (
    <KeyValue
      items={[
        { label: t("version"), value: host.version },
        ...(address ? [{ label: t("address"), value: <CopyText value={address} label={t("address")} /> }] : []),
        ...(host.node ? [{ label: t("node"), value: host.node }] : []),
        { label: t("credentials"), value: host.credentials.username ? t("credentialsOf", { kind: t(`kind.${host.credentials.kind}`), name: host.credentials.username }) : t(`kind.${host.credentials.kind}`) },
        ...(host.tlsFingerprint ? [{ label: t("fingerprint"), value: <CopyText value={host.tlsFingerprint} label={t("fingerprint")}>{`${host.tlsFingerprint.slice(0, 17)}…`}</CopyText> }] : []),
        { label: t("checked"), value: host.checkedAt && <RelativeTime at={host.checkedAt} /> },
        { label: t("since"), value: host.healthSince && <RelativeTime at={host.healthSince} /> },
      ]}
    />
  );
}
