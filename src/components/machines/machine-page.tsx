"use client";

import { useTranslations } from "next-intl";
import { useViewer } from "#components/layout/viewer-context.tsx";
import { ButtonLink } from "#components/ui/button-link.tsx";
import { CopyText } from "#components/ui/copy-text.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { PageSkeleton } from "#components/ui/skeletons.tsx";
import { StateChip } from "#components/ui/state-chip.tsx";
import { MachineNotice } from "./machine-notice.tsx";
import { MachineTabs } from "./machine-tabs.tsx";
import type { MachineDetail } from "./types.ts";
import { type MachineSide, useMachine } from "./use-machines.ts";

/** Everything about one machine. State, readings, stock and history are live. */
export function MachinePage({ side, id }: { side: MachineSide; id: string }) {
  const t = useTranslations("machines.detail");
  const query = useMachine(side, id);
  if (query.data) return <MachineContent side={side} machine={query.data} />;
  return query.error ? <ErrorState error={query.error} title={t("loadFailed")} onRetry={() => void query.refetch()} /> : <PageSkeleton />;
}

function MachineContent({ side, machine }: { side: MachineSide; machine: MachineDetail }) {
  const t = useTranslations("machines.detail");
  const waits = machine.status === "draft" || machine.status === "awaiting_claim";
  const mayWrite = useViewer().me.permissions.includes("platform:machines:write") && side === "admin";
  return (
    <>
      <PageHeader
        back={{ href: side === "admin" ? "/admin/machines" : "/machines", label: t("back") }}
        title={machine.name}
        state={<StateChip status={machine.status} alarming />}
        description={
          <>
            {[side === "admin" ? machine.organizationName : "", machine.address, machine.simulated ? t("simulated") : ""].filter(Boolean).map((part) => (
              <span key={part}>{part} · </span>
            ))}
            <CopyText value={machine.id} label={t("id")} />
          </>
        }
        actions={
          <>
            {mayWrite && machine.slots.length > 0 && (
              <ButtonLink href={`/admin/machines/new?from=${machine.id}`} variant="default">
                {t("clone")}
              </ButtonLink>
            )}
            {mayWrite && !waits && machine.status !== "decommissioned" && (
              <ButtonLink href={`/admin/machines/${machine.id}/setup?step=details`} variant="default">
                {t("nameAndPlace")}
              </ButtonLink>
            )}
            {mayWrite && waits && <ButtonLink href={`/admin/machines/${machine.id}/setup`}>{t(machine.status === "draft" ? "setUp" : "claimCode")}</ButtonLink>}
          </>
        }
      />
      <MachineNotice side={side} machine={machine} />
      <MachineTabs side={side} machine={machine} />
    </>
  );
}
