"use client";

import { Button } from "@mantine/core";
import { IconDeviceLaptop, IconTerminal2 } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useTRPC } from "#components/api/trpc.ts";
import { ConfirmDialog } from "#components/ui/confirm-dialog.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { TableSkeleton } from "#components/ui/skeletons.tsx";
import { useNotify } from "#components/ui/use-notify.ts";
import classes from "./session-list.module.css";
import { describeUserAgent } from "./user-agent.ts";

/** Where one is signed in, and the way to end what one does not know. */
export function SessionList() {
  const t = useTranslations("settings.sessions");
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const notify = useNotify();
  const query = useQuery(trpc.identity.sessions.queryOptions());
  const [asked, setAsked] = useState<string | null>(null);
  const end = useMutation(
    trpc.identity.endSession.mutationOptions({
      onSuccess: () => {
        setAsked(null);
        notify.done(t("ended"));
        void queryClient.invalidateQueries(trpc.identity.sessions.pathFilter());
      },
    }),
  );
  if (query.error && !query.data) return <ErrorState error={query.error} title={t("loadFailed")} onRetry={() => void query.refetch()} />;
  if (!query.data) return <TableSkeleton rows={2} />;
  return (
    <>
      <ul className={classes.list}>
        {query.data.data.map((session) => {
          const name = describeUserAgent(session.userAgent) || t("unknown");
          const Icon = session.kind === "browser" ? IconDeviceLaptop : IconTerminal2;
          return (
            <li key={session.id} className={classes.session}>
              <Icon size={20} stroke={1.5} aria-hidden className={classes.icon} />
              <div className={classes.words}>
                <span className={classes.name}>
                  {name}
                  {session.current && <span className={classes.current}>{t("current")}</span>}
                </span>
                <span className={classes.meta}>
                  {session.ip && <>{session.ip} · </>}
                  {t("lastUsed")} <RelativeTime at={session.lastUsedAt} />
                </span>
              </div>
              {!session.current && (
                <Button variant="default" size="xs" onClick={() => setAsked(session.id)} aria-label={t("endNamed", { name })}>
                  {t("end")}
                </Button>
              )}
            </li>
          );
        })}
      </ul>
      <ConfirmDialog
        opened={asked !== null}
        onClose={() => setAsked(null)}
        title={t("askTitle")}
        confirmLabel={t("end")}
        onConfirm={() => asked && end.mutate({ id: asked })}
        pending={end.isPending}
        error={end.error}
        danger
      >
        {t("ask")}
      </ConfirmDialog>
    </>
  );
}
