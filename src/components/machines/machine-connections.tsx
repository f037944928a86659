"use client";

import { Button } from "@mantine/core";
import { useTranslations } from "next-intl";
import { ListFoot } from "#components/table/list-foot.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { ExactTime, RelativeTime } from "#components/ui/relative-time.tsx";
import { Section } from "#components/ui/section.tsx";
import { TableSkeleton } from "#components/ui/skeletons.tsx";
import classes from "./machine-connections.module.css";
import { type MachineSide, useConnections } from "./use-machines.ts";

const TONES: Record<string, "ok" | "bad"> = { "machine.online": "ok", "machine.offline": "bad", "machine.claim.rejected": "bad" };

/** When the machine was claimed, came and went, and why; newest first. */
export function MachineConnections({ side, id }: { side: MachineSide; id: string }) {
  const t = useTranslations("machines.connections");
  const query = useConnections(side, id);
  const entries = query.data?.pages.flatMap((page) => page.data);
  return (
    <Section title={t("title")} flush>
      {query.error && !entries ? (
        <ErrorState error={query.error} title={t("loadFailed")} onRetry={() => void query.refetch()} compact />
      ) : !entries ? (
        <TableSkeleton rows={3} />
      ) : entries.length === 0 ? (
        <p className={classes.none}>{t("none")}</p>
      ) : (
          <ol className={classes.list}>
            {entries.map((entry) => (
              <li key={entry.id} className={classes.entry} data-tone={TONES[entry.type]}>
                <span className={classes.mark} aria-hidden />
                <span className={classes.what}>
                  {t.has(`type.${entry.type}` as "type.machine.online") ? t(`type.${entry.type}` as "type.machine.online") : entry.type}
                  {entry.reason && <span className={classes.reason}>{t.has(`reason.${entry.reason}` as "reason.will") ? t(`reason.${entry.reason}` as "reason.will") : entry.reason}</span>}
                </span>
                <span className={classes.when}>
                  <span className={classes.exact}>
                    <ExactTime at={entry.at} />
                  </span>
                  <RelativeTime at={entry.at} />
                </span>
              </li>
            ))}
          </ol>
      )}
      {query.hasNextPage && (
        <ListFoot>
          <Button variant="default" size="xs" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            {t("older")}
          </Button>
        </ListFoot>
      )}
    </Section>
  );
}
