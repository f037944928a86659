"use client";

import { Button } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useFormatter, useTranslations } from "next-intl";
import { ErrorState } from "#components/ui/error-state.tsx";
import { Section } from "#components/ui/section.tsx";
import { TableSkeleton } from "#components/ui/skeletons.tsx";
import { timeTag } from "../time-tag.tsx";
import type { MachineSide } from "../use-machines.ts";
import classes from "./removal.module.css";
import { useArchive } from "./use-removal.ts";

/** The file that is left of a machine, for who may take it out of service. */
export function MachineArchive({ side, id }: { side: MachineSide; id: string }) {
  const t = useTranslations("diagnostics.removal.archive");
  const format = useFormatter();
  const { data, error, refetch } = useArchive(side, id);
  return (
    <Section title={t("title")}>
      {error && !data ? (
        <ErrorState error={error} title={t("loadFailed")} onRetry={() => void refetch()} compact />
      ) : !data ? (
        <TableSkeleton rows={1} />
      ) : (
        <div className={classes.row}>
          <div className={classes.words}>
            <p className={classes.title}>{t.rich("since", { since: timeTag(data.decommissionedAt) })}</p>
            <p className={classes.text}>{data.archive ? t("text", { size: format.number(Math.max(1, Math.round(data.archive.sizeBytes / 1024))) }) : t("soon")}</p>
          </div>
          {data.archive && (
            <Button component="a" href={`/files/machines/${id}/archive`} download variant="default" size="xs" leftSection={<IconDownload size={16} stroke={1.6} aria-hidden />}>
              {t("download")}
            </Button>
          )}
        </div>
      )}
    </Section>
  );
}
