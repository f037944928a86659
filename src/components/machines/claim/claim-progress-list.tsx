"use client";

import { IconCheck } from "@tabler/icons-react";
import { useTranslations } from "next-intl";
import classes from "./claim-page.module.css";
import { type ClaimStatus, progressOf, STATIONS } from "./claim-progress.ts";

/** Waiting, claimed, connected: what is behind the machine and what is next. */
export function ClaimProgress({ status }: { status: ClaimStatus }) {
  const t = useTranslations("machines.claimPage");
  const behind = progressOf(status) ?? 0;
  return (
    <ol className={classes.stations} aria-label={t("progress")}>
      {STATIONS.map((station, index) => (
        <li key={station} data-state={index < behind - 1 || behind === STATIONS.length ? "done" : index === behind - 1 ? "now" : "next"} aria-current={index === behind - 1 ? "step" : undefined}>
          <span className={classes.mark} aria-hidden>
            {(index < behind - 1 || behind === STATIONS.length) && <IconCheck size={12} stroke={3} />}
          </span>
          {t(`station.${station}`)}
        </li>
      ))}
    </ol>
  );
}
