"use client";

import { Button, Textarea } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { errorBodyOf } from "#components/api/errors.ts";
import { ButtonLink } from "#components/ui/button-link.tsx";
import { ConfirmDialog } from "#components/ui/confirm-dialog.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { Notice } from "#components/ui/notice.tsx";
import { TableSkeleton } from "#components/ui/skeletons.tsx";
import { useNotify } from "#components/ui/use-notify.ts";
import type { Refill } from "#shared/machines/refills.ts";
import { useStockProcedures } from "../stock/use-stock.ts";
import type { MachineSide } from "../use-machines.ts";
import { RefillSlotCard } from "./refill-slot-card.tsx";
import classes from "./refill.module.css";
import { useConfirms } from "./use-confirms.ts";

interface RefillSessionProps {
  side: MachineSide;
  refillId: string;
  machineHref: string;
  /** the page stays with this refill, also when it is no longer open */
  onKeep: () => void;
  onAgain: () => void;
}

/** A refill that goes on: every slot with a product, big enough for a thumb. */
export function RefillSession({ side, refillId, machineHref, onKeep, onAgain }: RefillSessionProps) {
  const t = useTranslations("stock.refill");
  const { refills } = useStockProcedures(side);
  const query = useQuery(refills.get.queryOptions({ refillId }));
  if (!query.data) return query.error ? <ErrorState error={query.error} title={t("loadFailed")} onRetry={() => void query.refetch()} /> : <TableSkeleton rows={6} />;
  const refill = query.data;
  if (refill.status === "open") return <OpenRefill side={side} refill={refill} onEnd={onKeep} onAgain={onAgain} />;
  const lines = refill.slots.flatMap((slot) => slot.line ?? []);
  return refill.status === "done" ? (
    <Notice tone="ok" title={t("finished")} action={<ButtonLink href={machineHref}>{t("toMachine")}</ButtonLink>}>
      {t("finishedText", { added: lines.reduce((sum, line) => sum + line.added, 0), slots: lines.length })}
    </Notice>
  ) : (
    <Notice tone="neutral" title={t("ended")} action={<Button onClick={onAgain}>{t("again")}</Button>}>
      {t("endedText")}
    </Notice>
  );
}

function OpenRefill({ side, refill, onEnd, onAgain }: { side: MachineSide; refill: Refill; onEnd: () => void; onAgain: () => void }) {
  const t = useTranslations("stock.refill");
  const notify = useNotify();
  const queryClient = useQueryClient();
  const { refills } = useStockProcedures(side);
  const { pending, unreachable, confirm } = useConfirms(side, refill.id);
  const [asking, setAsking] = useState<"finish" | "giveUp" | null>(null);
  const [note, setNote] = useState("");
  const ended = {
    onSuccess: (done: Refill) => {
      queryClient.setQueryData(refills.get.queryKey({ refillId: refill.id }), done);
      setAsking(null);
    },
    onError: (error: unknown) => {
      setAsking(null);
      void queryClient.invalidateQueries(refills.get.pathFilter());
      notify.failed(errorBodyOf(error)?.reason === "product_changed" ? t("productChanged") : t("failed"), error);
    },
  };
  const finish = useMutation(refills.finish.mutationOptions(ended));
  const giveUp = useMutation(refills.abandon.mutationOptions({ ...ended, onSuccess: onAgain }));
  const waiting = new Map(pending.map((one) => [one.slot, one]));
  const done = refill.slots.filter((slot) => slot.line !== null || waiting.has(slot.slot)).length;
  return (
    <>
      {unreachable && pending.length > 0 && (
        <Notice tone="warn" title={t("offline", { count: pending.length })}>
          {t("offlineText")}
        </Notice>
      )}
      <ol className={classes.cards}>
        {refill.slots.map((slot) => (
          <li key={slot.slot}>
            <RefillSlotCard slot={slot} pending={waiting.get(slot.slot)} unreachable={unreachable} onConfirm={confirm} />
          </li>
        ))}
      </ol>
      <div className={classes.foot}>
        <span className={classes.progress} role="status">{t("progress", { done, total: refill.slots.length })}</span>
        <Button variant="default" size="md" onClick={() => setAsking("giveUp")}>{t("giveUp")}</Button>
        <Button
          size="md"
          disabled={done === 0 || pending.length > 0}
          onClick={() => {
            onEnd();
            setAsking("finish");
          }}
        >
          {t("finish")}
        </Button>
      </div>
      <ConfirmDialog opened={asking === "finish"} onClose={() => setAsking(null)} title={t("finishTitle", { done, total: refill.slots.length })} confirmLabel={t("finish")} pending={finish.isPending} onConfirm={() => finish.mutate({ refillId: refill.id, note })}>
        {t("finishText")}
        <Textarea mt="md" label={t("note")} maxLength={500} autosize minRows={2} value={note} onChange={(event) => setNote(event.currentTarget.value)} />
      </ConfirmDialog>
      <ConfirmDialog opened={asking === "giveUp"} onClose={() => setAsking(null)} title={t("giveUpTitle")} confirmLabel={t("giveUp")} danger pending={giveUp.isPending} onConfirm={() => giveUp.mutate({ refillId: refill.id })}>
        {t("giveUpText")}
      </ConfirmDialog>
    </>
  );
}
