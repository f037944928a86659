"use client";

import { Button, SegmentedControl } from "@mantine/core";
import { IconZoomCheck } from "@tabler/icons-react";
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import dynamic from "next/dynamic";
import { useFormatter, useTranslations } from "next-intl";
import { parseAsStringLiteral, useQueryState } from "nuqs";
import { useState } from "react";
import { useTRPC } from "#components/api/trpc.ts";
import { useViewer } from "#components/layout/viewer-context.tsx";
import { type Column, DataTable } from "#components/table/data-table.tsx";
import { useTableState } from "#components/table/use-table-state.ts";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { Section } from "#components/ui/section.tsx";
import { StateChip } from "#components/ui/state-chip.tsx";
import { useNotify } from "#components/ui/use-notify.ts";
import { FINDING_VIEWS } from "#shared/compute/host-states.ts";
import classes from "./hosts.module.css";
import { RemoveFindingDialog } from "./remove-finding-dialog.tsx";
import type { Finding } from "./types.ts";

const AdoptDialog = dynamic(() => import("./adopt-dialog.tsx").then((module) => module.AdoptDialog), { ssr: false });

interface FindingListProps {
  /** of one host alone */
  hostId?: string;
  /** nothing at all while there is nothing to decide */
  quiet?: boolean;
}

/** What hosts have and the database does not say, or the other way round, with what can be done about it. */
export function FindingList({ hostId, quiet = false }: FindingListProps) {
  const t = useTranslations("hosts.findings");
  const trpc = useTRPC();
  const [view, setView] = useQueryState("findings", parseAsStringLiteral(FINDING_VIEWS).withDefault("open"));
  const state = useTableState("findings-");
  const query = useQuery(trpc.compute.hosts.findings.queryOptions({ view, page: state.page, limit: 20, ...(hostId ? { hostId } : {}) }, { placeholderData: keepPreviousData }));
  const [adopting, setAdopting] = useState<Finding | null>(null);
  const [removing, setRemoving] = useState<Finding | null>(null);
  const columns = useFindingColumns({ hostId, onAdopt: setAdopting, onRemove: setRemoving });
  if (quiet && view === "open" && query.data?.pagination.total === 0) return null;
  return (
    <Section
      title={t("title")}
      description={t("description")}
      flush
      actions={
        <SegmentedControl
          size="xs"
          aria-label={t("view")}
          value={view}
          onChange={(next) => {
            void setView(FINDING_VIEWS.find((each) => each === next) ?? "open");
            state.setPage(1);
          }}
          data={FINDING_VIEWS.map((value) => ({ value, label: t(`views.${value}`) }))}
        />
      }
    >
      <DataTable
        label={t("title")}
        rows={query.data?.data}
        columns={columns}
        stale={query.isPlaceholderData}
        error={query.error}
        onRetry={() => void query.refetch()}
        empty={
          <EmptyState icon={<IconZoomCheck />} title={t(`empty.${view}`)} compact>
            {t("emptyText")}
          </EmptyState>
        }
        state={state}
        {...(query.data ? { pagination: query.data.pagination } : {})}
      />
      {adopting && <AdoptDialog finding={adopting} onClose={() => setAdopting(null)} />}
      <RemoveFindingDialog finding={removing} onClose={() => setRemoving(null)} />
    </Section>
  );
}

function useFindingColumns({ hostId, onAdopt, onRemove }: { hostId: string | undefined; onAdopt: (finding: Finding) => void; onRemove: (finding: Finding) => void }): Column<Finding>[] {
  const t = useTranslations("hosts.findings");
  const format = useFormatter();
  const mayWrite = useViewer().me.permissions.includes("platform:hosts:write");
  return [
    {
      key: "name",
      title: t("vm"),
      render: (finding) => (
        <span className={classes.two}>
          <span className={classes.cut}>{finding.vmName ?? finding.details.name ?? finding.ref}</span>
          <span className={classes.dim}>
            <span className={classes.cut}>{finding.ref}</span>
          </span>
        </span>
      ),
    },
    {
      key: "kind",
      title: t("kind"),
      from: "sm",
      render: (finding) => (
        <span className={classes.two}>
          <span>{t(`kinds.${finding.kind}`)}</span>
          {finding.details.ours && finding.kind === "unknown_vm" && <span className={classes.dim}>{t("ours")}</span>}
        </span>
      ),
    },
    ...(hostId === undefined ? [{ key: "host", title: t("host"), from: "md" as const, render: (finding: Finding) => finding.hostName }] : []),
    {
      key: "size",
      title: t("size"),
      from: "md",
      render: ({ details }) => (details.vcpu === null || details.memoryMb === null ? "—" : t("sizeOf", { vcpu: details.vcpu, memory: format.number(details.memoryMb / 1024, { maximumFractionDigits: 1 }), storage: details.storageGb ?? "?" })),
    },
    { key: "power", title: t("power"), from: "lg", render: ({ details }) => (details.power === null ? "—" : <StateChip status={details.power} />) },
    { key: "seen", title: t("firstSeen"), from: "lg", width: 120, render: (finding) => <RelativeTime at={finding.firstSeenAt} /> },
    {
      key: "actions",
      title: "",
      align: "right",
      render: (finding) => (finding.resolvedAt !== null ? t(`resolution.${resolutionOf(finding)}`) : mayWrite ? <Actions finding={finding} onAdopt={onAdopt} onRemove={onRemove} /> : null),
    },
  ];
}

function resolutionOf(finding: Finding): "adopted" | "removed" | "gone" {
  return finding.resolution === "adopted" || finding.resolution === "removed" ? finding.resolution : "gone";
}

function Actions({ finding, onAdopt, onRemove }: { finding: Finding; onAdopt: (finding: Finding) => void; onRemove: (finding: Finding) => void }) {
  const t = useTranslations("hosts.findings");
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const notify = useNotify();
  const ignore = useMutation(
    trpc.compute.hosts.ignore.mutationOptions({
      onSuccess: () => void queryClient.invalidateQueries(trpc.compute.hosts.pathFilter()),
      onError: (error) => notify.failed(t("ignoreFailed"), error),
    }),
  );
  const ignored = finding.ignoredAt !== null;
  const settable = finding.kind === "unknown_vm" && finding.vmId === null && !ignored;
  return (
    <span className={classes.buttons}>
      {settable && (
        <Button size="compact-xs" variant="default" onClick={() => onAdopt(finding)}>
          {t("adopt")}
        </Button>
      )}
      {settable && (
        <Button size="compact-xs" variant="subtle" color="red" onClick={() => onRemove(finding)}>
          {t("remove")}
        </Button>
      )}
      <Button size="compact-xs" variant="subtle" color="gray" loading={ignore.isPending} onClick={() => ignore.mutate({ id: finding.id, ignored: !ignored })}>
        {t(ignored ? "bringBack" : "ignore")}
      </Button>
    </span>
  );
}
