"use client";

import { IconArrowBackUp, IconCheck, IconX } from "@tabler/icons-react";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { Elapsed } from "./elapsed.tsx";
import classes from "./step-list.module.css";

export interface Step {
  /** in the reader's language */
  label: string;
  /** pending, running, succeeded, failed, compensating or compensated */
  status: string;
  attempt?: number;
  error?: string | null;
  startedAt: string | null;
  finishedAt: string | null;
}

const MARKS: Record<string, ReactNode> = {
  succeeded: <IconCheck size={12} stroke={3} />,
  failed: <IconX size={12} stroke={3} />,
  compensated: <IconArrowBackUp size={12} stroke={2.5} />,
};

/** The steps of an operation from top to bottom: what is done, what runs, what it took, what went wrong. */
export function StepList({ steps }: { steps: readonly Step[] }) {
  const t = useTranslations("common");
  return (
    <ol className={classes.list} aria-label={t("steps.label")}>
      {steps.map((step) => (
        <li key={step.label} className={classes.step} data-status={step.status} aria-current={step.status === "running" ? "step" : undefined}>
          <span className={classes.mark} aria-hidden>
            {MARKS[step.status]}
          </span>
          <span className={classes.label}>
            {step.label}
            <span className={classes.said}>: {t(`status.${step.status as "running"}`)}</span>
            {(step.attempt ?? 1) > 1 && <span className={classes.attempt}>{t("steps.attempt", { attempt: step.attempt ?? 1 })}</span>}
            {step.error && <span className={classes.error}>{step.error}</span>}
          </span>
          <span className={classes.time}>{step.startedAt && <Elapsed from={step.startedAt} to={step.finishedAt} />}</span>
        </li>
      ))}
    </ol>
  );
}
