"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { errorBodyOf } from "#components/api/errors.ts";
import { useNotify } from "#components/ui/use-notify.ts";
import { useStockProcedures } from "../stock/use-stock.ts";
import type { MachineSide } from "../use-machines.ts";
import { dequeue, enqueue, type PendingConfirm, readQueue } from "./refill-queue.ts";

const RETRY_MS = 4_000;

/**
 * Confirmations of a refill over a bad network: each is kept on the phone until the server has it, and tried again by itself. The server takes a repetition for
 * what it is. What it refuses is told and dropped.
 */
export function useConfirms(side: MachineSide, refillId: string) {
  const notify = useNotify();
  const queryClient = useQueryClient();
  const { refills } = useStockProcedures(side);
  const key = `refill:${refillId}`;
  const [queue, setQueue] = useState<readonly PendingConfirm[]>([]);
  const [unreachable, setUnreachable] = useState(false);
  const latest = useRef<readonly PendingConfirm[]>([]);
  const busy = useRef(false);
  const { mutateAsync } = useMutation(refills.confirm.mutationOptions({ networkMode: "always" }));

  const write = useCallback(
    (next: readonly PendingConfirm[]) => {
      latest.current = next;
      setQueue(next);
      if (next.length === 0) localStorage.removeItem(key);
      else localStorage.setItem(key, JSON.stringify(next));
    },
    [key],
  );
  const flush = useCallback(async () => {
    if (busy.current) return;
    busy.current = true;
    try {
      for (let first = latest.current[0]; first; first = latest.current[0]) {
        try {
          const refill = await mutateAsync({ refillId, ...first });
          queryClient.setQueryData(refills.get.queryKey({ refillId }), refill);
          setUnreachable(false);
        } catch (error) {
          const category = errorBodyOf(error)?.category;
          if (category === undefined || category === "server" || category === "unavailable" || category === "rate_limit") {
            setUnreachable(true);
            return;
          }
          notify.failed(first.slot, error);
          void queryClient.invalidateQueries(refills.get.pathFilter());
        }
        write(dequeue(latest.current, first));
      }
    } finally {
      busy.current = false;
    }
  }, [mutateAsync, notify, queryClient, refillId, refills.get, write]);

  useEffect(() => {
    write(readQueue(localStorage.getItem(key)));
    void flush();
    const again = (): void => void flush();
    const timer = setInterval(again, RETRY_MS);
    addEventListener("online", again);
    return () => {
      clearInterval(timer);
      removeEventListener("online", again);
    };
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- once for each refill: what flush closes over lives as long as the page
  }, [key]);

  const confirm = (pending: PendingConfirm): void => {
    write(enqueue(latest.current, pending));
    void flush();
  };
  return { pending: queue, unreachable, confirm };
}
