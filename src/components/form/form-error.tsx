"use client";

import { useTranslations } from "next-intl";
import { ErrorState } from "#components/ui/error-state.tsx";
import classes from "./form.module.css";
import { fieldErrors } from "./server-errors.ts";

/** Above a form's buttons: what went wrong with the whole, or that some fields are marked. Nothing while nothing is wrong. */
export function FormError({ error, title }: { error: unknown; title?: string }) {
  const t = useTranslations("common.form");
  if (!error) return null;
  if (Object.keys(fieldErrors(error)).length > 0) {
    return (
      <p role="alert" className={classes.marked}>
        {t("checkFields")}
      </p>
    );
  }
  return <ErrorState error={error} compact {...(title === undefined ? {} : { title })} />;
}
