"use client";

import { Tabs } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { parseAsStringLiteral, useQueryState } from "nuqs";
import { useTRPC } from "#components/api/trpc.ts";
import { CopyText } from "#components/ui/copy-text.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { PageSkeleton } from "#components/ui/skeletons.tsx";
import { StateChip } from "#components/ui/state-chip.tsx";
import { vmIsGone } from "#shared/compute/states.ts";
import { VmLogs } from "../logs/vm-logs.tsx";
import { VmMetrics } from "../metrics/vm-metrics.tsx";
import { OperationDrawer } from "../operations/operation-drawer.tsx";
import { OperationTable } from "../operations/operation-table.tsx";
import type { VmDetail } from "../types.ts";
import { VmSize } from "../vm-size.tsx";
import { PowerButtons } from "./power-buttons.tsx";
import { VmNotice } from "./vm-notice.tsx";
import { VmOperation } from "./vm-operation.tsx";
import { VmOverview } from "./vm-overview.tsx";
import { VmSettings } from "./vm-settings.tsx";
import { VmTitle } from "./vm-title.tsx";

const TABS = ["overview", "metrics", "logs", "activity", "settings"] as const;

/** Everything about one VM. Its state, operations and usage are live. */
export function VmPage({ id }: { id: string }) {
  const t = useTranslations("vm.detail");
  const query = useQuery(useTRPC().compute.vms.get.queryOptions({ id }));
  if (query.data) return <VmContent vm={query.data} />;
  return query.error ? <ErrorState error={query.error} title={t("loadFailed")} onRetry={() => void query.refetch()} /> : <PageSkeleton />;
}

function VmContent({ vm }: { vm: VmDetail }) {
  const t = useTranslations("vm.detail");
  const [tab, setTab] = useQueryState("tab", parseAsStringLiteral(TABS).withDefault("overview"));
  return (
    <>
      <PageHeader
        back={{ href: "/vms", label: t("back") }}
        title={<VmTitle vm={vm} />}
        state={<StateChip status={vm.status} reason={vm.statusReason} />}
        description={
          <>
            <VmSize resources={vm.resources} /> · {vm.imageName} · <CopyText value={vm.id} label={t("id")} />
          </>
        }
        actions={vmIsGone(vm.status) ? undefined : <PowerButtons vm={vm} />}
      />
      <VmNotice vm={vm} />
      <VmOperation vm={vm} />
      <Tabs value={tab} onChange={(next) => void setTab(TABS.find((each) => each === next) ?? "overview")} keepMounted={false}>
        <Tabs.List mb="md" aria-label={t("tabsLabel")}>
          {TABS.map((each) => (
            <Tabs.Tab key={each} value={each}>
              {t(`tabs.${each}`)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="overview">
          <VmOverview vm={vm} />
        </Tabs.Panel>
        <Tabs.Panel value="metrics">
          <VmMetrics vm={vm} />
        </Tabs.Panel>
        <Tabs.Panel value="logs">
          <VmLogs vm={vm} />
        </Tabs.Panel>
        <Tabs.Panel value="activity">
          <OperationTable subjectId={vm.id} />
        </Tabs.Panel>
        <Tabs.Panel value="settings">
          <VmSettings vm={vm} />
        </Tabs.Panel>
      </Tabs>
      <OperationDrawer />
    </>
  );
}
