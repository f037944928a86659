"use client";

import { Button } from "@mantine/core";
import { IconDownload, IconRocket } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useFormatter, useTranslations } from "next-intl";
import { useTRPC } from "#components/api/trpc.ts";
import { useViewer } from "#components/layout/viewer-context.tsx";
import { ButtonLink } from "#components/ui/button-link.tsx";
import { CopyText } from "#components/ui/copy-text.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { MainAndAside, Rows } from "#components/ui/grid.tsx";
import { KeyValue } from "#components/ui/key-value.tsx";
import { Notice } from "#components/ui/notice.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { Section } from "#components/ui/section.tsx";
import { PageSkeleton } from "#components/ui/skeletons.tsx";
import { useNotify } from "#components/ui/use-notify.ts";
import { FirmwareNotes } from "./firmware-notes.tsx";
import classes from "./firmware.module.css";
import { RolloutList } from "./rollout-list.tsx";
import type { FirmwareDetail } from "./types.ts";

/** One firmware: what it is, what is signed of it, its notes and where it goes. */
export function FirmwarePage({ id }: { id: string }) {
  const t = useTranslations("firmware.detail");
  const query = useQuery(useTRPC().machines.firmware.get.queryOptions({ id }));
  if (query.data) return <Content firmware={query.data} />;
  return query.error ? <ErrorState error={query.error} title={t("loadFailed")} onRetry={() => void query.refetch()} /> : <PageSkeleton />;
}

function Content({ firmware }: { firmware: FirmwareDetail }) {
  const t = useTranslations("firmware.detail");
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const notify = useNotify();
  const mayWrite = useViewer().me.permissions.includes("platform:firmware:write");
  const archived = firmware.archivedAt !== null;
  const archive = useMutation(
    trpc.machines.firmware.update.mutationOptions({
      onSuccess: () => void queryClient.invalidateQueries(trpc.machines.firmware.pathFilter()),
      onError: (error) => notify.failed(t("notSaved"), error),
    }),
  );
  return (
    <>
      <PageHeader
        back={{ href: "/admin/firmware", label: t("back") }}
        title={`${firmware.project} ${firmware.version}`}
        description={<CopyText value={firmware.id} label={t("id")} />}
        actions={
          <>
            <Button component="a" href={`/files/firmware/${firmware.id}`} variant="default" leftSection={<IconDownload size={16} aria-hidden />}>
              {t("download")}
            </Button>
            {mayWrite && (
              <Button variant="default" loading={archive.isPending} onClick={() => archive.mutate({ id: firmware.id, archived: !archived })}>
                {t(archived ? "restore" : "archive")}
              </Button>
            )}
            {mayWrite && !archived && (
              <ButtonLink href={`/admin/firmware/rollouts/new?firmware=${firmware.id}`} leftSection={<IconRocket size={16} aria-hidden />}>
                {t("rollOut")}
              </ButtonLink>
            )}
          </>
        }
      />
      {archived && <Notice tone="neutral" title={t("archivedTitle")}>{t("archivedText")}</Notice>}
      <MainAndAside>
        <Rows>
          <FirmwareNotes firmware={firmware} mayWrite={mayWrite} />
          <RolloutList title={t("rollouts")} firmwareId={firmware.id} />
          <Section title={t("manifest")} description={t("manifestText")}>
            <pre className={classes.manifest}>{pretty(firmware.manifest)}</pre>
            <KeyValue items={[{ label: t("signature"), value: <CopyText value={firmware.signature} label={t("signature")} /> }]} />
          </Section>
        </Rows>
        <Facts firmware={firmware} />
      </MainAndAside>
    </>
  );
}

function Facts({ firmware }: { firmware: FirmwareDetail }) {
  const t = useTranslations("firmware.detail");
  const format = useFormatter();
  return (
    <Section title={t("facts")}>
      <KeyValue
        items={[
          { label: t("version"), value: firmware.version },
          { label: t("project"), value: firmware.project },
          { label: t("chip"), value: firmware.chip },
          { label: t("machines"), value: format.number(firmware.machines) },
          { label: t("size"), value: t("bytes", { size: format.number(firmware.sizeBytes) }) },
          { label: "SHA-256", value: <CopyText value={firmware.sha256} label="SHA-256">{`${firmware.sha256.slice(0, 16)}…`}</CopyText> },
          { label: t("secureVersion"), value: format.number(firmware.secureVersion) },
          { label: "ESP-IDF", value: firmware.idfVersion || null },
          { label: t("uploaded"), value: <RelativeTime at={firmware.createdAt} /> },
          { label: t("uploadedBy"), value: firmware.uploadedBy },
        ]}
      />
    </Section>
  );
}

/** The signed text, easier to read; what is signed has no spaces. */
function pretty(manifest: string): string {
  return JSON.stringify(JSON.parse(manifest), null, 2);
}
