"use client";

import { Tabs } from "@mantine/core";
import dynamic from "next/dynamic";
import { useTranslations } from "next-intl";
import { parseAsStringLiteral, useQueryState } from "nuqs";
import { TableSkeleton } from "#components/ui/skeletons.tsx";
import { OperationTable } from "../operations/operation-table.tsx";
import type { VmDetail } from "../types.ts";
import { VmOverview } from "./vm-overview.tsx";
import classes from "./vm-tabs.module.css";

/** The overview is there at once; what the others need comes when one of them is opened. */
const loading = () => <TableSkeleton rows={6} />;
const VmMetrics = dynamic(() => import("../metrics/vm-metrics.tsx").then((module) => module.VmMetrics), { loading });
const ConsolePanel = dynamic(() => import("../console/console-panel.tsx").then((module) => module.ConsolePanel), { loading });
const VmLogs = dynamic(() => import("../logs/vm-logs.tsx").then((module) => module.VmLogs), { loading });
const VmSnapshots = dynamic(() => import("../snapshots/vm-snapshots.tsx").then((module) => module.VmSnapshots), { loading });
const VmBackups = dynamic(() => import("../backups/vm-backups.tsx").then((module) => module.VmBackups), { loading });
const VmNetwork = dynamic(() => import("./vm-network.tsx").then((module) => module.VmNetwork), { loading });
const VmSettings = dynamic(() => import("./vm-settings.tsx").then((module) => module.VmSettings), { loading });

const TABS = ["overview", "metrics", "console", "logs", "snapshots", "backups", "network", "activity", "settings"] as const;

/** The parts of a VM's page; which one is open stands in the address. */
export function VmTabs({ vm }: { vm: VmDetail }) {
  const t = useTranslations("vm.detail");
  const [tab, setTab] = useQueryState("tab", parseAsStringLiteral(TABS).withDefault("overview"));
  return (
    <Tabs value={tab} onChange={(next) => void setTab(TABS.find((each) => each === next) ?? "overview")} keepMounted={false}>
      <Tabs.List mb="md" aria-label={t("tabsLabel")} className={classes.list ?? ""}>
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
      <Tabs.Panel value="console">
        <ConsolePanel vm={vm} />
      </Tabs.Panel>
      <Tabs.Panel value="logs">
        <VmLogs vm={vm} />
      </Tabs.Panel>
      <Tabs.Panel value="snapshots">
        <VmSnapshots vm={vm} />
      </Tabs.Panel>
      <Tabs.Panel value="backups">
        <VmBackups vm={vm} />
      </Tabs.Panel>
      <Tabs.Panel value="network">
        <VmNetwork vm={vm} />
      </Tabs.Panel>
      <Tabs.Panel value="activity">
        <OperationTable subjectId={vm.id} />
      </Tabs.Panel>
      <Tabs.Panel value="settings">
        <VmSettings vm={vm} />
      </Tabs.Panel>
    </Tabs>
  );
}
