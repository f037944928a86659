"use client";

import { Button } from "@mantine/core";
import { useTranslations } from "next-intl";
import { ButtonLink } from "./button-link.tsx";
import classes from "./broken-page.module.css";
import { CopyText } from "./copy-text.tsx";

/** What an error boundary shows: what happened, what to do, the reference that the server's log has too. */
export function BrokenPage({ error, retry }: { error: unknown; retry: () => void }) {
  const t = useTranslations("errors.crash");
  const actions = useTranslations("common.actions");
  const reference = typeof error === "object" && error !== null && "digest" in error && typeof error.digest === "string" ? error.digest : null;
  return (
    <div className={classes.page} role="alert">
      <h1 className={classes.title}>{t("title")}</h1>
      <p className={classes.text}>
        {t("why")} {t("next")}
      </p>
      {reference !== null && (
        <p className={classes.reference}>
          {t("reference")} <CopyText value={reference} label={t("reference")} />
        </p>
      )}
      <div className={classes.actions}>
        <Button onClick={retry}>{actions("retry")}</Button>
        <ButtonLink href="/" variant="default">
          {t("home")}
        </ButtonLink>
      </div>
    </div>
  );
}
