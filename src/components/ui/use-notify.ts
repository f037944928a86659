"use client";

import { useTranslations } from "next-intl";
import { useCallback, useMemo } from "react";
import { describeError } from "./describe-error.ts";
import { showToast } from "./toast-host.tsx";

/** Toasts: `notify.done("Project created")`; `notify.failed("The VM was not stopped", error)` says why, what to do and the request id. */
export function useNotify() {
  const t = useTranslations("errors");
  const done = useCallback((message: string) => void showToast({ message, color: "green" }), []);
  const failed = useCallback(
    (title: string, error: unknown) => {
      const words = describeError(error, t);
      const reference = words.requestId ? ` ${t("requestId")}: ${words.requestId}` : "";
      void showToast({ title, message: `${words.why} ${words.next}${reference}`, color: "red", autoClose: 12_000, role: "alert" });
    },
    [t],
  );
  return useMemo(() => ({ done, failed }), [done, failed]);
}
