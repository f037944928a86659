"use client";

import { Button, Modal, Textarea } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { ErrorState } from "#components/ui/error-state.tsx";
import { KeyValue } from "#components/ui/key-value.tsx";
import { ExactTime } from "#components/ui/relative-time.tsx";
import { TableSkeleton } from "#components/ui/skeletons.tsx";
import { TextLink } from "#components/ui/text-link.tsx";
import { AlertState } from "./alert-state.tsx";
import classes from "./alerts.module.css";
import { exactTimeTag } from "./exact-time-tag.tsx";
import { MuteMenu } from "./mute-menu.tsx";
import { SeverityChip } from "./severity-chip.tsx";
import type { Alert, AlertSide } from "./types.ts";
import { useAlertActions, useAlertProcedures, useMayAlert } from "./use-alerts.ts";
import { useAlertWords } from "./use-alert-words.ts";

/** One alert: what it says, what became of it, and what can be done. */
export function AlertDialog({ side, id, onClose }: { side: AlertSide; id: string; onClose: () => void }) {
  const query = useQuery(useAlertProcedures(side).get.queryOptions({ id }));
  return (
    <Modal opened onClose={onClose} size="lg" title={query.data ? [query.data.name, query.data.subject].filter(Boolean).join(" · ") : ""}>
      {query.data ? <AlertBody side={side} alert={query.data} onClose={onClose} /> : query.error ? <ErrorState error={query.error} compact onRetry={() => void query.refetch()} /> : <TableSkeleton rows={4} />}
    </Modal>
  );
}

function AlertBody({ side, alert, onClose }: { side: AlertSide; alert: Alert; onClose: () => void }) {
  const t = useTranslations("alerts.dialog");
  const words = useAlertWords();
  const [note, setNote] = useState("");
  const { acknowledge, resolve } = useAlertActions(side);
  const open = alert.state === "firing" || alert.state === "acknowledged";
  const may = useMayAlert(side) && open;
  const time = (at: string | null, by?: string | null) => at && (by ? t.rich("timeBy", { by, at: exactTimeTag(at) }) : <ExactTime at={at} />);
  const value = words.value(alert);
  return (
    <div className={classes.stack}>
      <KeyValue
        items={[
          { label: t("state"), value: <AlertState alert={alert} /> },
          { label: t("severity"), value: <SeverityChip severity={alert.severity} /> },
          { label: t("machine"), value: <TextLink href={`${side === "admin" ? "/admin" : ""}/machines/${alert.machineId}?tab=alerts`}>{alert.machineName}</TextLink> },
          { label: t("rule"), value: words.condition(alert.condition) },
          ...(value === null ? [] : [{ label: t("measured"), value }]),
          { label: t("began"), value: time(alert.startedAt) },
          { label: t("fired"), value: time(alert.firedAt) },
          ...(alert.acknowledgedAt === null ? [] : [{ label: t("acknowledged"), value: time(alert.acknowledgedAt, alert.acknowledgedBy) }]),
          ...(alert.escalatedAt === null ? [] : [{ label: t("escalated"), value: time(alert.escalatedAt) }]),
          ...(alert.resolvedAt === null ? [] : [{ label: t("resolved"), value: time(alert.resolvedAt, alert.resolvedBy) }]),
          ...(alert.endReason === null ? [] : [{ label: t("why"), value: t(`reasons.${alert.endReason}`) }]),
          ...(alert.mutedUntil === null ? [] : [{ label: t("mutedUntil"), value: time(alert.mutedUntil) }]),
          ...(alert.note === "" ? [] : [{ label: t("note"), value: alert.note }]),
        ]}
      />
      {may && (
        <>
          <Textarea label={t("yourNote")} description={t("noteHelp")} maxLength={500} autosize minRows={2} value={note} onChange={(event) => setNote(event.currentTarget.value)} />
          <div className={classes.actions}>
            <MuteMenu side={side} machineId={alert.machineId} ruleId={alert.ruleId} />
            <Button variant="default" loading={resolve.isPending} onClick={() => resolve.mutate({ id: alert.id, note }, { onSuccess: onClose })}>
              {t("resolve")}
            </Button>
            {alert.state === "firing" && (
              <Button loading={acknowledge.isPending} onClick={() => acknowledge.mutate({ id: alert.id, note }, { onSuccess: onClose })}>
                {t("acknowledge")}
              </Button>
            )}
          </div>
        </>
      )}
    </div>
  );
}
