"use client";

import { useEffect, useState } from "react";
import { call, CallError } from "./call.ts";
import { forgetKey, keepOrder, keyFor } from "./kept.ts";
import type { Shop } from "./use-shop.ts";

export type Payment = "card" | "credits";
export type Problem = "network" | "limited" | "credits" | "signIn" | "changed" | "payment" | "other";

/** Orders what is in the cart and goes on to where it is paid, or to the order itself. */
export function useCheckout(shop: Shop): { pay: (payment: Payment) => Promise<void>; paying: boolean; problem: Problem | null } {
  const [paying, setPaying] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const { slug } = shop.front;

  useEffect(() => {
    // Back from the payment page by the browser's own button, the page is as it was left.
    const shown = (event: PageTransitionEvent) => event.persisted && setPaying(false);
    globalThis.addEventListener("pageshow", shown);
    return () => globalThis.removeEventListener("pageshow", shown);
  }, []);

  const pay = async (payment: Payment) => {
    setPaying(true);
    setProblem(null);
    const lines = shop.cart.flatMap(({ slot, productId, price, quantity }) => Array.from({ length: quantity }, () => ({ slot, productId, price })));
    const idempotencyKey = keyFor(slug, JSON.stringify([payment, lines]));
    try {
      const { order, secret } = await call("checkout", { slug, lines, payment, idempotencyKey });
      keepOrder({ orderId: order.id, secret, slug, at: Date.now() });
      forgetKey(slug);
      shop.empty();
      globalThis.location.assign(order.checkoutUrl ?? `/m/${slug}/orders/${order.id}`);
    } catch (error) {
      const body = error instanceof CallError ? error.body : null;
      // Refused: there is no order under this key. Without an answer there may be one, and the next try asks for the same.
      if (body && body.category !== "unavailable") forgetKey(slug);
      setProblem(problemOf(body));
      setPaying(false);
      await shop.lookNow();
    }
  };
  return { pay, paying, problem };
}

function problemOf(body: CallError["body"]): Problem {
  if (body === null) return "network";
  if (body.code === "RATE_LIMITED") return "limited";
  if (body.code === "INSUFFICIENT_CREDITS") return "credits";
  if (body.code === "UNAUTHORIZED") return "signIn";
  if (body.reason === "payment_unavailable" || body.category === "unavailable") return "payment";
  if (body.code === "CONFLICT" || body.code === "INVALID_STATE") return "changed";
  return "other";
}
