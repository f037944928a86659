"use client";

import { ActionIcon, Button } from "@mantine/core";
import { IconBellOff, IconTrash } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import dynamic from "next/dynamic";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { DataTable } from "#components/table/data-table.tsx";
import { useTableState } from "#components/table/use-table-state.ts";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { Rows } from "#components/ui/grid.tsx";
import { Section } from "#components/ui/section.tsx";
import classes from "./alerts.module.css";
import { exactTimeTag } from "./exact-time-tag.tsx";
import { MuteMenu } from "./mute-menu.tsx";
import type { AlertSide } from "./types.ts";
import { useAlertActions, useAlertList, useAlertProcedures, useMayAlert } from "./use-alerts.ts";
import { useAlertColumns } from "./use-alert-columns.tsx";

const AlertDialog = dynamic(() => import("./alert-dialog.tsx").then((module) => module.AlertDialog), { ssr: false });
const RuleDialog = dynamic(() => import("./rule-dialog.tsx").then((module) => module.RuleDialog), { ssr: false });

/** A machine's alerts: open ones, mutes, history. */
export function MachineAlerts({ side, machine }: { side: AlertSide; machine: { id: string } }) {
  const t = useTranslations("alerts.machine");
  const [shown, setShown] = useState<string | null>(null);
  const [making, setMaking] = useState(false);
  const may = useMayAlert(side);
  return (
    <Rows>
      <MachineAlertTable
        side={side}
        machineId={machine.id}
        tab="open"
        onOpen={setShown}
        {...(may
          ? {
              actions: (
                <>
                  <MuteMenu side={side} machineId={machine.id} ruleId={null} />
                  <Button variant="default" onClick={() => setMaking(true)}>
                    {t("newRule")}
                  </Button>
                </>
              ),
            }
          : {})}
      />
      <Mutes side={side} machineId={machine.id} />
      <MachineAlertTable side={side} machineId={machine.id} tab="history" onOpen={setShown} />
      {shown !== null && <AlertDialog side={side} id={shown} onClose={() => setShown(null)} />}
      {making && <RuleDialog side={side} rule={null} machineId={machine.id} onClose={() => setMaking(false)} />}
    </Rows>
  );
}

function MachineAlertTable({ side, machineId, tab, onOpen, actions }: { side: AlertSide; machineId: string; tab: "open" | "history"; onOpen: (id: string) => void; actions?: React.ReactNode }) {
  const t = useTranslations("alerts.machine");
  const label = t(tab === "open" ? "open" : "history");
  const state = useTableState(tab);
  const query = useAlertList(side, { page: state.page, limit: 10, machineId, status: tab === "open" ? "open" : "resolved" });
  const columns = useAlertColumns(side, tab, (alert) => onOpen(alert.id), false);
  return (
    <Section title={label} flush actions={actions}>
      <DataTable
        label={label}
        rows={query.data?.data}
        columns={columns}
        onRowClick={(alert) => onOpen(alert.id)}
        stale={query.isPlaceholderData}
        error={query.error}
        onRetry={() => void query.refetch()}
        state={state}
        {...(query.data ? { pagination: query.data.pagination } : {})}
        empty={
          <EmptyState icon={<IconBellOff />} title={t(tab === "open" ? "noneOpen" : "noneEver")} compact>
            {t(tab === "open" ? "noneOpenText" : "noneEverText")}
          </EmptyState>
        }
      />
    </Section>
  );
}

/** Shown while there are any. */
function Mutes({ side, machineId }: { side: AlertSide; machineId: string }) {
  const t = useTranslations("alerts.machine");
  const query = useQuery(useAlertProcedures(side).mutes.queryOptions({ machineId }));
  const { unmute } = useAlertActions(side);
  const may = useMayAlert(side);
  const mutes = query.data?.data ?? [];
  if (mutes.length === 0) return null;
  return (
    <Section title={t("mutes")} description={t("mutesText")} flush>
      <ul className={classes.mutes}>
        {mutes.map((mute) => (
          <li key={mute.id}>
            <span>
              <span className={classes.strong}>{mute.ruleName ?? t("allRules")}</span>{" "}
              <span className={classes.dim}>
                {t.rich("mutedUntil", { by: mute.by, until: exactTimeTag(mute.until) })}
                {mute.reason && ` · ${mute.reason}`}
              </span>
            </span>
            {may && (
              <ActionIcon variant="subtle" color="gray" aria-label={t("unmute", { name: mute.ruleName ?? t("allRules") })} loading={unmute.isPending} onClick={() => unmute.mutate({ id: mute.id })}>
                <IconTrash size={16} aria-hidden />
              </ActionIcon>
            )}
          </li>
        ))}
      </ul>
    </Section>
  );
}
