"use client";

import { useTranslations } from "next-intl";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { RowLink, RowList } from "#components/ui/row-list.tsx";
import { Section } from "#components/ui/section.tsx";
import { TextLink } from "#components/ui/text-link.tsx";
import { OPEN_ALERTS } from "./alert-input.ts";
import { AlertState } from "./alert-state.tsx";
import classes from "./open-alerts.module.css";
import { SeverityChip } from "./severity-chip.tsx";
import type { AlertSide } from "./types.ts";
import { useAlertList } from "./use-alerts.ts";

/** On the overviews: the newest alerts that are open. Nothing at all while there are none. */
export function OpenAlerts({ side }: { side: AlertSide }) {
  const t = useTranslations("alerts.overview");
  const { data } = useAlertList(side, OPEN_ALERTS);
  const page = side === "admin" ? "/admin/alerts" : "/alerts";
  if (!data || data.data.length === 0) return null;
  return (
    <Section title={t("title", { count: data.pagination.total })} actions={<TextLink href={page}>{t("all")}</TextLink>} flush>
      <RowList>
        {data.data.map((alert) => (
          <RowLink key={alert.id} href={`${page}?alert=${alert.id}`} className={classes.row}>
            <SeverityChip severity={alert.severity} />
            <span className={classes.what}>
              {[alert.name, alert.subject].filter(Boolean).join(" · ")} <span className={classes.detail}>{alert.machineName}</span>
            </span>
            <span className={classes.state}>
              <AlertState alert={alert} />
            </span>
            <span className={classes.when}>
              <RelativeTime at={alert.firedAt} />
            </span>
          </RowLink>
        ))}
      </RowList>
    </Section>
  );
}
