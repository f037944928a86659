"use client";

import { useCallback, useEffect, useState } from "react";
import { call, CallError } from "./call.ts";
import { keepOrder, keptOrder, noteEnd } from "./kept.ts";
import { isSettled } from "./order-view.ts";
import type { ShownOrder } from "./types.ts";
import { usePolling } from "./use-polling.ts";

/** While its socket is there the order is asked for when something happens, and now and then all the same. */
const WITH_SOCKET_MS = 5_000;
const WITHOUT_SOCKET_MS = 1_500;

export interface WatchedOrder {
  /** undefined: being looked for; null: this browser has no right to it */
  order: ShownOrder | null | undefined;
  secret: string | null;
  /** what is shown may be out of date */
  failing: boolean;
  take(order: ShownOrder): void;
  lookNow(): Promise<void>;
}

/** An order as it goes on: by the machine's own acknowledgements over a socket, and by asking again while there is none. In the browser alone. */
export function useOrder(slug: string, orderId: string): WatchedOrder {
  const [secret] = useState(() => secretOf(orderId));
  const [order, setOrder] = useState<ShownOrder | null | undefined>(secret === null ? null : undefined);
  const [live, setLive] = useState(false);
  const settled = order ? isSettled(order) : order === null;

  const take = useCallback((next: ShownOrder) => {
    setOrder(next);
    if (isSettled(next)) noteEnd(next.id);
  }, []);
  const look = async () => {
    if (secret === null) return;
    try {
      take(await call("order", { orderId, secret }));
    } catch (error) {
      const code = error instanceof CallError ? error.body?.code : undefined;
      if (code !== "NOT_FOUND" && code !== "INVALID_REQUEST") throw error;
      setOrder(null);
    }
  };
  const { failing, lookNow } = usePolling(look, secret === null || settled ? null : live ? WITH_SOCKET_MS : WITHOUT_SOCKET_MS);

  useEffect(() => {
    if (secret === null || globalThis.location.hash === "") return;
    if (!keptOrder(orderId)) keepOrder({ orderId, secret, slug, at: Date.now() });
    // Not for the history, nor for whoever looks over a shoulder.
    globalThis.history.replaceState(globalThis.history.state, "", globalThis.location.pathname);
  }, [slug, orderId, secret]);

  useEffect(() => {
    if (secret === null) return;
    void lookNow();
    let closed = false;
    let close = () => {};
    // After the first paint, and in a file of its own.
    void import("socket.io-client").then(({ io }) => {
      if (closed) return;
      const socket = io({ path: "/socket.io", transports: ["websocket", "polling"], auth: { order: { orderId, secret } } });
      // What happened while there was no socket was missed.
      socket.on("connect", () => {
        setLive(true);
        void lookNow();
      });
      socket.on("disconnect", () => setLive(false));
      socket.on("realtime", () => void lookNow());
      close = () => socket.disconnect();
    }, () => {});
    return () => {
      closed = true;
      close();
    };
  }, [orderId, secret, lookNow]);

  return { order, secret, failing, take, lookNow };
}

/** From the address's fragment, which no server sees, or from what this browser has kept. */
function secretOf(orderId: string): string | null {
  const given = globalThis.location.hash.slice(1);
  return given === "" ? (keptOrder(orderId)?.secret ?? null) : given;
}
