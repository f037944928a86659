"use client";

import { useState, useSyncExternalStore } from "react";
import { type Cart, type CartNotice, atPresentPrices, change, changedPrices, type ChangedPrice, fit } from "./cart.ts";
import { call } from "./call.ts";
import { cartStore } from "./kept.ts";
import type { ShownProduct, Storefront } from "./types.ts";
import { usePolling } from "./use-polling.ts";

const LOOK_EVERY_MS = 4_000;

export interface Shop {
  front: Storefront;
  cart: Cart;
  notices: readonly CartNotice[];
  dearer: readonly ChangedPrice[];
  /** what is shown may be out of date */
  stale: boolean;
  change(product: ShownProduct, by: 1 | -1): void;
  acceptPrices(): void;
  empty(): void;
  lookNow(): Promise<void>;
}

/** What the machine sells, kept up to date, and the cart as far as the machine still has what is in it. */
export function useShop(initial: Storefront): Shop {
  const [front, setFront] = useState(initial);
  const { slug } = initial;
  const wanted = useSyncExternalStore(cartStore.watch, () => cartStore.read(slug), cartStore.readOnServer);
  const { failing, lookNow } = usePolling(async () => setFront(await call("get", { slug })), LOOK_EVERY_MS);
  const { cart, notices } = fit(wanted, front);
  return {
    front,
    cart,
    notices,
    dearer: changedPrices(cart, front),
    stale: failing,
    // Whoever changes the cart has read what was taken out of it.
    change: (product, by) => cartStore.write(slug, change(cart, product, by, front.maxPieces)),
    acceptPrices: () => cartStore.write(slug, atPresentPrices(cart, front)),
    empty: () => cartStore.write(slug, []),
    lookNow,
  };
}
