"use client";

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useTRPC } from "#components/api/trpc.ts";
import { useRealtime } from "#components/api/use-live.ts";
import { ErrorState } from "#components/ui/error-state.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { Section } from "#components/ui/section.tsx";
import { TableSkeleton } from "#components/ui/skeletons.tsx";
import classes from "./machine-rejected.module.css";
import { ShowAll } from "./show-all.tsx";

const SHOWN_AT_FIRST = 5;

/** The quarantine: what the device sent and could not be understood, with the reason. For administrators. */
export function MachineRejected({ id, count }: { id: string; count: number }) {
  const t = useTranslations("machines.rejected");
  const trpc = useTRPC();
  const [all, setAll] = useState(false);
  const queryClient = useQueryClient();
  const query = useQuery(trpc.machines.admin.rejected.queryOptions({ id }));
  useRealtime("machine.rejected", ({ machineId }) => {
    if (machineId !== id) return;
    void queryClient.invalidateQueries(trpc.machines.admin.rejected.queryFilter({ id }));
    void queryClient.invalidateQueries(trpc.machines.admin.get.queryFilter({ id }));
  });
  const messages = query.data?.data;
  const total = Math.max(count, messages?.length ?? 0);
  return (
    <Section title={t("title")} description={t("description")} flush {...(total > 0 ? { actions: <span className={classes.count}>{t("count", { count: total })}</span> } : {})}>
      {query.error && !messages ? (
        <ErrorState error={query.error} title={t("loadFailed")} onRetry={() => void query.refetch()} compact />
      ) : !messages ? (
        <TableSkeleton rows={2} />
      ) : messages.length === 0 ? (
        <p className={classes.none}>{t("none")}</p>
      ) : (
        <>
          <ol className={classes.list}>
          {(all ? messages : messages.slice(0, SHOWN_AT_FIRST)).map((message) => (
            <li key={message.id} className={classes.message}>
              <div className={classes.head}>
                <code className={classes.topic}>{message.topic}</code>
                <span className={classes.when}>
                  {t("bytes", { count: message.sizeBytes })} · <RelativeTime at={message.receivedAt} />
                </span>
              </div>
              <p className={classes.reason}>{message.reason}</p>
              <pre className={classes.payload}>{message.payload}</pre>
            </li>
          ))}
          </ol>
          <ShowAll count={messages.length} atFirst={SHOWN_AT_FIRST} all={all} onToggle={() => setAll(!all)} />
        </>
      )}
    </Section>
  );
}
