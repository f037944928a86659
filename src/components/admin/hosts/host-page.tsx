"use client";

import { Tabs } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { parseAsStringLiteral, useQueryState } from "nuqs";
import { useTRPC } from "#components/api/trpc.ts";
import { useViewer } from "#components/layout/viewer-context.tsx";
import { CopyText } from "#components/ui/copy-text.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { PageSkeleton } from "#components/ui/skeletons.tsx";
import { StateChip } from "#components/ui/state-chip.tsx";
import { stateOf } from "./capacity.ts";
import { FindingList } from "./finding-list.tsx";
import { HostNotice } from "./host-notice.tsx";
import { HostOverview } from "./host-overview.tsx";
import { HostSettings } from "./host-settings.tsx";
import { HostStatusButtons } from "./host-status-buttons.tsx";
import { HostVms } from "./host-vms.tsx";
import type { HostDetail } from "./types.ts";

const TABS = ["overview", "vms", "findings", "settings"] as const;

/** Everything about one host. Its health and figures are those of the last half minute. */
export function HostPage({ id }: { id: string }) {
  const t = useTranslations("hosts.page");
  const query = useQuery(useTRPC().compute.hosts.get.queryOptions({ id }, { refetchInterval: 30_000 }));
  if (query.data) return <HostContent host={query.data} />;
  return query.error ? <ErrorState error={query.error} title={t("loadFailed")} onRetry={() => void query.refetch()} /> : <PageSkeleton />;
}

function HostContent({ host }: { host: HostDetail }) {
  const t = useTranslations("hosts.page");
  const kinds = useTranslations("hosts.list");
  const mayWrite = useViewer().me.permissions.includes("platform:hosts:write");
  const [tab, setTab] = useQueryState("tab", parseAsStringLiteral(TABS).withDefault("overview"));
  const counts = { overview: null, vms: host.vmCount, findings: host.openFindings, settings: null };
  return (
    <>
      <PageHeader
        back={{ href: "/admin/hosts", label: t("back") }}
        title={host.name}
        state={<StateChip status={stateOf(host)} reason={host.healthMessage} />}
        description={
          <>
            {kinds(`type.${host.type as "proxmox"}`)} · {host.locationName} · <CopyText value={host.id} label={t("id")} />
          </>
        }
        actions={mayWrite ? <HostStatusButtons host={host} /> : undefined}
      />
      <HostNotice host={host} />
      <Tabs value={tab} onChange={(next) => void setTab(TABS.find((each) => each === next) ?? "overview")} keepMounted={false}>
        <Tabs.List mb="md" aria-label={t("tabsLabel")}>
          {TABS.filter((each) => each !== "settings" || mayWrite).map((each) => (
            <Tabs.Tab key={each} value={each}>
              {counts[each] ? t("tabCount", { tab: t(`tabs.${each}`), count: counts[each] }) : t(`tabs.${each}`)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="overview">
          <HostOverview host={host} />
        </Tabs.Panel>
        <Tabs.Panel value="vms">
          <HostVms id={host.id} />
        </Tabs.Panel>
        <Tabs.Panel value="findings">
          <FindingList hostId={host.id} />
        </Tabs.Panel>
        {mayWrite && (
          <Tabs.Panel value="settings">
            <HostSettings host={host} />
          </Tabs.Panel>
        )}
      </Tabs>
    </>
  );
}
