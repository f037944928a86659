"use client";

import { Button } from "@mantine/core";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import type { WizardStep } from "#shared/machines/states.ts";
import { ErrorState } from "#components/ui/error-state.tsx";
import classes from "./wizard.module.css";

interface WizardStepFormProps {
  step: WizardStep;
  children: ReactNode;
  /** null: there is nothing before it */
  onBack: (() => void) | null;
  onNext: () => void;
  nextLabel?: string;
  pending: boolean;
  error: unknown;
}

/** One question a screen: its title, what it is for, the fields, and the two ways on. */
export function WizardStepForm({ step, children, onBack, onNext, nextLabel, pending, error }: WizardStepFormProps) {
  const t = useTranslations("machines.wizard");
  return (
    <form
      className={classes.question}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (!pending) onNext();
      }}
    >
      <h2 className={classes.title}>{t(`steps.${step}.title`)}</h2>
      <p className={classes.lead}>{t(`steps.${step}.lead`)}</p>
      {children}
      {error ? (
        <div className={classes.failed}>
          <ErrorState error={error} title={t("notSaved")} compact />
        </div>
      ) : null}
      <div className={classes.footer}>
        {onBack ? (
          <Button variant="default" onClick={onBack} disabled={pending}>
            {t("back")}
          </Button>
        ) : (
          <span />
        )}
        <Button type="submit" loading={pending}>
          {nextLabel ?? t("next")}
        </Button>
      </div>
    </form>
  );
}
