"use client";

import { Button } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useFormatter, useTranslations } from "next-intl";
import { useState } from "react";
import { ConfirmDialog } from "#components/ui/confirm-dialog.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { Rows } from "#components/ui/grid.tsx";
import { Notice } from "#components/ui/notice.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { TableSkeleton } from "#components/ui/skeletons.tsx";
import { useNotify } from "#components/ui/use-notify.ts";
import { useStockProcedures } from "../stock/use-stock.ts";
import type { MachineSide } from "../use-machines.ts";
import { useMachine } from "../use-machines.ts";
import { PickListSection } from "./pick-list-section.tsx";
import { RefillSession } from "./refill-session.tsx";

/** Filling a machine, on a phone in front of it: what to bring, then slot by slot, then done. */
export function RefillPage({ side, id }: { side: MachineSide; id: string }) {
  const t = useTranslations("stock.refill");
  const { refills } = useStockProcedures(side);
  const machine = useMachine(side, id);
  const open = useQuery(refills.open.queryOptions({ id }));
  const [session, setSession] = useState<string | null>(null);
  const own = open.data?.refill?.own ? open.data.refill.id : null;
  const refillId = session ?? own;
  const href = `${side === "admin" ? "/admin" : ""}/machines/${id}`;
  return (
    <>
      <PageHeader back={{ href: `${href}?tab=stock`, label: t("back") }} title={t("title", { name: machine.data?.name ?? "…" })} />
      {refillId !== null ? (
        <RefillSession
          key={refillId}
          side={side}
          refillId={refillId}
          machineHref={`${href}?tab=stock`}
          onKeep={() => setSession(refillId)}
          onAgain={() => {
            setSession(null);
            void open.refetch();
          }}
        />
      ) : open.data ? (
        <RefillStart side={side} id={id} other={open.data.refill} onStarted={setSession} />
      ) : open.error ? (
        <ErrorState error={open.error} title={t("loadFailed")} onRetry={() => void open.refetch()} />
      ) : (
        <TableSkeleton rows={6} />
      )}
    </>
  );
}

interface RefillStartProps {
  side: MachineSide;
  id: string;
  /** somebody else's refill that is open here */
  other: { userName: string; startedAt: string; confirmed: number } | null;
  onStarted: (refillId: string) => void;
}

function RefillStart({ side, id, other, onStarted }: RefillStartProps) {
  const t = useTranslations("stock.refill");
  const format = useFormatter();
  const notify = useNotify();
  const queryClient = useQueryClient();
  const { refills } = useStockProcedures(side);
  const [asking, setAsking] = useState(false);
  const start = useMutation(
    refills.start.mutationOptions({
      onSuccess: (refill) => {
        queryClient.setQueryData(refills.get.queryKey({ refillId: refill.id }), refill);
        onStarted(refill.id);
      },
      onError: (error) => {
        void queryClient.invalidateQueries(refills.open.pathFilter());
        notify.failed(t("failed"), error);
      },
    }),
  );
  return (
    <Rows>
      {other && (
        <Notice tone="warn" title={t("elsewhere", { name: other.userName, since: format.dateTime(new Date(other.startedAt), { dateStyle: "short", timeStyle: "short" }) })} action={<Button variant="default" onClick={() => setAsking(true)}>{t("takeOver")}</Button>}>
          {t("elsewhereText", { count: other.confirmed })}
        </Notice>
      )}
      <PickListSection side={side} machineIds={[id]} title={t("bring")} none={t("bringNone")} description={t("starting")} />
      {!other && (
        <Button size="lg" fullWidth loading={start.isPending} onClick={() => start.mutate({ id })}>
          {t("start")}
        </Button>
      )}
      <ConfirmDialog opened={asking} onClose={() => setAsking(false)} title={t("takeOverTitle", { name: other?.userName ?? "" })} confirmLabel={t("takeOver")} danger pending={start.isPending} onConfirm={() => start.mutate({ id, takeOver: true })}>
        {t("takeOverText")}
      </ConfirmDialog>
    </Rows>
  );
}
