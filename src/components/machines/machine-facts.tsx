"use client";

import { useTranslations } from "next-intl";
import { CopyText } from "#components/ui/copy-text.tsx";
import { KeyValue } from "#components/ui/key-value.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { Section } from "#components/ui/section.tsx";
import { otherReadings } from "./readings.ts";
import type { MachineDetail } from "./types.ts";

/** What the machine is: the device in it, its network, its place. */
export function MachineFacts({ machine }: { machine: MachineDetail }) {
  const t = useTranslations("machines.facts");
  const { latitude, longitude, wifiSsid, networkKind } = machine;
  const place = latitude === null || longitude === null ? null : `${latitude.toFixed(4)}, ${longitude.toFixed(4)}`;
  const others = otherReadings(machine.latest?.metrics ?? {});
  return (
    <Section title={t("title")}>
      <KeyValue
        items={[
          ...(machine.serial === null ? [] : [{ label: t("serial"), value: <CopyText value={machine.serial} label={t("serial")} /> }]),
          { label: t("hardware"), value: machine.hardwareId && <CopyText value={machine.hardwareId} label={t("hardware")} /> },
          { label: t("chip"), value: machine.chip },
          { label: t("firmware"), value: machine.firmwareVersion },
          { label: t("ip"), value: machine.ip && <CopyText value={machine.ip} label={t("ip")} /> },
          { label: t("network"), value: wifiSsid ? `${t(`networks.${networkKind}`)} · ${wifiSsid}` : t(`networks.${networkKind}`) },
          { label: t("heartbeat"), value: t("heartbeatEvery", { seconds: machine.heartbeatSeconds }) },
          { label: t("timezone"), value: machine.timezone },
          { label: t("place"), value: place && <CopyText value={place} label={t("place")} /> },
          { label: t("template"), value: machine.templateName },
          { label: t("config"), value: t("configVersion", { version: machine.configVersion }) },
          { label: t("claimed"), value: machine.claimedAt && <RelativeTime at={machine.claimedAt} /> },
          ...(machine.notes ? [{ label: t("notes"), value: machine.notes }] : []),
          ...(others.length > 0 ? [{ label: t("other"), value: others.map(([name, value]) => `${name} ${value}`).join(" · ") }] : []),
        ]}
      />
    </Section>
  );
}
