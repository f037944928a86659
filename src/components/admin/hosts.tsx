"use client";

import { IconServer2 } from "@tabler/icons-react";
import { useFormatter, useTranslations } from "next-intl";
import { type Column, DataTable } from "#components/table/data-table.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { Section } from "#components/ui/section.tsx";
import { StateChip } from "#components/ui/state-chip.tsx";
import type { Host } from "./types.ts";
import { UsageBar } from "./usage-bar.tsx";

/** The hosts that carry the VMs, with how much of each is given away. */
export function Hosts({ hosts }: { hosts: readonly Host[] }) {
  const t = useTranslations("admin.hosts");
  const format = useFormatter();
  const gb = (mb: number) => format.number(mb / 1024, { maximumFractionDigits: 1 });
  const columns: Column<Host>[] = [
    { key: "name", title: t("name"), render: (host) => host.name },
    { key: "state", title: t("state"), render: (host) => <StateChip status={host.status} /> },
    { key: "driver", title: t("driver"), from: "sm", render: (host) => host.driver },
    { key: "region", title: t("region"), from: "md", render: (host) => host.region },
    { key: "vcpu", title: t("vcpu"), render: (host) => <UsageBar share={host.vcpu > 0 ? host.vcpuUsed / host.vcpu : 0} label={t("vcpuUsed", { used: host.vcpuUsed, total: host.vcpu })} /> },
    {
      key: "memory",
      title: t("memory"),
      from: "sm",
      render: (host) => <UsageBar share={host.memoryMb > 0 ? host.memoryUsedMb / host.memoryMb : 0} label={t("memoryUsed", { used: gb(host.memoryUsedMb), total: gb(host.memoryMb) })} />,
    },
  ];
  return (
    <Section title={t("title")} flush>
      <DataTable
        label={t("title")}
        rows={hosts}
        rowHref={(host) => `/admin/hosts/${host.id}`}
        columns={columns}
        empty={
          <EmptyState icon={<IconServer2 />} title={t("none")} compact>
            {t("noneText")}
          </EmptyState>
        }
      />
    </Section>
  );
}
