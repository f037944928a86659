"use client";

import { useQuery } from "@tanstack/react-query";
import { useFormatter, useTranslations } from "next-intl";
import Link from "next/link";
import { useTRPC } from "#components/api/trpc.ts";
import { useViewer } from "#components/layout/viewer-context.tsx";
import { CopyText } from "#components/ui/copy-text.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { MainAndAside, Rows } from "#components/ui/grid.tsx";
import { KeyValue } from "#components/ui/key-value.tsx";
import { Notice } from "#components/ui/notice.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { Section } from "#components/ui/section.tsx";
import { PageSkeleton } from "#components/ui/skeletons.tsx";
import classes from "./firmware.module.css";
import { RolloutActions } from "./rollout-actions.tsx";
import { RolloutMachines } from "./rollout-machines.tsx";
import { RolloutPreview } from "./rollout-preview.tsx";
import { RolloutState } from "./rollout-list.tsx";
import { RolloutSteps } from "./rollout-steps.tsx";
import { timeOf } from "./rollout-plan.ts";
import type { RolloutDetail } from "./types.ts";

/** A rollout, live: its steps, every machine, and what an administrator can do. */
export function RolloutPage({ id }: { id: string }) {
  const t = useTranslations("firmware.rollout");
  const query = useQuery(useTRPC().machines.firmware.rollouts.get.queryOptions({ id }));
  if (query.data) return <Content rollout={query.data} />;
  return query.error ? <ErrorState error={query.error} title={t("loadFailed")} onRetry={() => void query.refetch()} /> : <PageSkeleton />;
}

function Content({ rollout }: { rollout: RolloutDetail }) {
  const t = useTranslations("firmware.rollout");
  const mayWrite = useViewer().me.permissions.includes("platform:firmware:write");
  const draft = rollout.status === "draft";
  return (
    <>
      <PageHeader
        back={{ href: "/admin/firmware", label: t("back") }}
        title={rollout.name}
        state={<RolloutState rollout={rollout} />}
        description={
          <>
            <Link href={`/admin/firmware/${rollout.firmwareId}`} className={classes.link}>{`${rollout.project} ${rollout.version}`}</Link> · <CopyText value={rollout.id} label={t("id")} />
          </>
        }
        actions={mayWrite && <RolloutActions rollout={rollout} />}
      />
      <Rows>
        <Stopped rollout={rollout} />
        <MainAndAside>
          <Rows>
            {draft ? (
              <Section title={t("preview")} description={t("previewText")}>
                <RolloutPreview firmwareId={rollout.firmwareId} target={rollout.target} />
              </Section>
            ) : (
              <RolloutSteps rollout={rollout} />
            )}
            {!draft && <RolloutMachines rollout={rollout} mayWrite={mayWrite} />}
          </Rows>
          <Plan rollout={rollout} />
        </MainAndAside>
      </Rows>
    </>
  );
}

/** Why it stands, when it stopped by itself. */
function Stopped({ rollout }: { rollout: RolloutDetail }) {
  const t = useTranslations("firmware.rollout");
  const words = useTranslations("firmware");
  if (rollout.status !== "paused" || rollout.statusReason === null) return null;
  const { failureThreshold, successThreshold } = rollout;
  const own = rollout.statusReason === "operator";
  return (
    <Notice tone={own ? "neutral" : "bad"} title={words(`reasons.${rollout.statusReason}`)}>
      {own ? t("pausedText") : t(rollout.statusReason === "failures" ? "failuresText" : "unreachableText", { failureThreshold, successThreshold })}
    </Notice>
  );
}

function Plan({ rollout }: { rollout: RolloutDetail }) {
  const t = useTranslations("firmware.rollout");
  const format = useFormatter();
  const { target, window } = rollout;
  return (
    <Section title={t("plan")}>
      <KeyValue
        items={[
          { label: t("template"), value: rollout.templateName ?? t("all") },
          { label: t("organization"), value: rollout.organizationName ?? t("all") },
          ...(target.machineIds ? [{ label: t("named"), value: format.number(target.machineIds.length) }] : []),
          { label: t("success"), value: `${rollout.successThreshold} %` },
          { label: t("failure"), value: `${rollout.failureThreshold} %` },
          { label: t("soak"), value: t("minutes", { minutes: rollout.soakMinutes }) },
          { label: t("window"), value: window ? `${timeOf(window.from)} – ${timeOf(window.to)}` : t("anyTime") },
          { label: t("createdBy"), value: rollout.createdBy },
          { label: t("started"), value: rollout.startedAt && <RelativeTime at={rollout.startedAt} /> },
          { label: t("ended"), value: rollout.endedAt && <RelativeTime at={rollout.endedAt} /> },
        ]}
      />
    </Section>
  );
}
