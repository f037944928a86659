"use client";

import { Button } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useTranslations } from "next-intl";
import { CopyText } from "./copy-text.tsx";
import { describeError } from "./describe-error.ts";
import classes from "./error-state.module.css";

interface ErrorStateProps {
  /** what the query or mutation threw */
  error: unknown;
  /** what could not be done: "The VMs could not be loaded" */
  title?: string;
  /** usually `() => void query.refetch()` */
  onRetry?: () => void;
  compact?: boolean;
}

/** What stands where something failed: what happened, why, what to do, and the request id to copy. */
export function ErrorState({ error, title, onRetry, compact = false }: ErrorStateProps) {
  const t = useTranslations("errors");
  const actions = useTranslations("common.actions");
  const words = describeError(error, t);
  return (
    <div className={classes.state} data-compact={compact || undefined} role="alert">
      <IconAlertTriangle size={20} className={classes.icon} aria-hidden />
      <div className={classes.words}>
        <p className={classes.title}>{title ?? t("title")}</p>
        <p className={classes.text}>
          {words.why} {words.next}
        </p>
        {words.requestId && (
          <p className={classes.reference}>
            {t("requestId")} <CopyText value={words.requestId} label={t("requestId")} />
          </p>
        )}
        {onRetry && (
          <Button variant="default" size="xs" mt={12} onClick={onRetry}>
            {actions("retry")}
          </Button>
        )}
      </div>
    </div>
  );
}
