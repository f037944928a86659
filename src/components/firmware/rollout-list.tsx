"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { useTRPC } from "#components/api/trpc.ts";
import { type Column, DataTable } from "#components/table/data-table.tsx";
import { useTableState } from "#components/table/use-table-state.ts";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { Meter } from "#components/ui/meter.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { Section } from "#components/ui/section.tsx";
import { StateChip, type Tone } from "#components/ui/state-chip.tsx";
import classes from "./rollout.module.css";
import type { Rollout } from "./types.ts";

/** Rollouts of one firmware, or of all, newest first, each with how far it is. */
export function RolloutList({ title, firmwareId, actions }: { title: string; firmwareId?: string; actions?: ReactNode }) {
  const t = useTranslations("firmware.rollouts");
  const state = useTableState("rollouts-");
  const query = useQuery(useTRPC().machines.firmware.rollouts.list.queryOptions({ page: state.page, ...(firmwareId === undefined ? {} : { firmwareId }) }, { placeholderData: keepPreviousData }));
  const columns: Column<Rollout>[] = [
    { key: "name", title: t("name"), render: (rollout) => <span className={classes.rolloutName}>{rollout.name}</span> },
    { key: "status", title: t("state"), width: 116, render: (rollout) => <RolloutState rollout={rollout} /> },
    ...(firmwareId === undefined ? [{ key: "version", title: t("version"), from: "sm" as const, width: 150, render: (rollout: Rollout) => rollout.version }] : []),
    { key: "progress", title: t("progress"), width: 116, render: (rollout) => <RolloutMeter rollout={rollout} /> },
    { key: "createdAt", title: t("planned"), align: "right", width: 130, from: "md", render: (rollout) => <RelativeTime at={rollout.startedAt ?? rollout.createdAt} /> },
  ];
  return (
    <Section title={title} flush {...(actions ? { actions } : {})}>
      <DataTable
        label={title}
        rows={query.data?.data}
        columns={columns}
        rowHref={(rollout) => `/admin/firmware/rollouts/${rollout.id}`}
        error={query.error}
        onRetry={() => void query.refetch()}
        stale={query.isPlaceholderData}
        state={state}
        empty={
          <EmptyState title={t("empty")} compact>
            {t("emptyText")}
          </EmptyState>
        }
        {...(query.data ? { pagination: query.data.pagination } : {})}
      />
    </Section>
  );
}

const TONES: Record<Rollout["status"], Tone> = { draft: "off", running: "busy", paused: "warn", completed: "ok", aborted: "off" };

/** The state of a rollout; one that runs is under way, and one that stopped by itself says so. */
export function RolloutState({ rollout }: { rollout: Pick<Rollout, "status" | "statusReason"> }) {
  const t = useTranslations("firmware");
  const { status, statusReason } = rollout;
  const stopped = statusReason !== null && statusReason !== "operator";
  return <StateChip status={status} tone={stopped ? "bad" : TONES[status]} word={t(`states.${status}`)} reason={statusReason && t(`reasons.${statusReason}`)} />;
}

function RolloutMeter({ rollout }: { rollout: Rollout }) {
  const t = useTranslations("firmware.rollouts");
  const { succeeded, failed, skipped, total } = rollout.machines;
  const wanted = total - skipped;
  if (total === 0) return <>—</>;
  return <Meter share={wanted === 0 ? 1 : succeeded / wanted} label={`${succeeded}/${wanted}`} tone={failed > 0 ? "low" : "good"} title={t("progressOf", { succeeded, wanted, failed })} />;
}
