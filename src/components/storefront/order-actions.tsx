"use client";

import { useState } from "react";
import { call } from "./call.ts";
import classes from "./order.module.css";
import { isSettled } from "./order-view.ts";
import type { ShownOrder } from "./types.ts";
import type { WatchedOrder } from "./use-order.ts";
import { useAmounts, useTranslations } from "./words.tsx";

/** What can be done about the order: pay it or give it up while it is not paid, have its receipt, buy again. */
export function OrderActions({ watched, order, checking }: { watched: WatchedOrder; order: ShownOrder; checking: boolean }) {
  const t = useTranslations("storefront");
  const amounts = useAmounts();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<"receiptFailed" | "other" | null>(null);
  const { secret } = watched;
  if (secret === null) return null;
  const access = { orderId: order.id, secret };

  const run = async (failure: "receiptFailed" | "other", action: () => Promise<void>) => {
    setBusy(true);
    setProblem(null);
    try {
      await action();
    } catch {
      setProblem(failure);
      await watched.lookNow();
    }
    setBusy(false);
  };
  const cancel = () => run("other", async () => watched.take(await call("cancel", access)));
  const receipt = () =>
    run("receiptFailed", async () => {
      const file = await call("receipt", { ...access, language: amounts.language });
      save(file.fileName, file.contentType, file.base64);
    });

  const amount = order.currency !== null && order.amountMinor !== null ? amounts.card(order.amountMinor, order.currency) : "";
  return (
    <div className={classes.actions}>
      {problem !== null && (
        <p role="alert" className={classes.problem}>
          {problem === "other" ? t("problem.other") : t("order.receiptFailed")}
        </p>
      )}
      {order.status === "created" && !checking && (
        <>
          {order.checkoutUrl !== null && (
            <a className={classes.primary} href={order.checkoutUrl}>
              {t("order.pay", { amount })}
            </a>
          )}
          <button type="button" className={classes.secondary} disabled={busy} onClick={() => void cancel()}>
            {t("order.cancel")}
          </button>
        </>
      )}
      {order.receiptNumber !== null && (
        <button type="button" className={classes.secondary} disabled={busy} onClick={() => void receipt()}>
          {t("order.receipt")}
        </button>
      )}
      {isSettled(order) && (
        <a className={classes.secondary} href={`/m/${order.slug}`}>
          {t("order.again")}
        </a>
      )}
    </div>
  );
}

/** Hands a file to the browser. */
function save(fileName: string, contentType: string, base64: string): void {
  const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
  const address = URL.createObjectURL(new Blob([bytes], { type: contentType }));
  const link = document.createElement("a");
  link.href = address;
  link.download = fileName;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
