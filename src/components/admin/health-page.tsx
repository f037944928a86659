"use client";

import { useQuery } from "@tanstack/react-query";
import { useFormatter, useTranslations } from "next-intl";
import { useTRPC } from "#components/api/trpc.ts";
import { Duration } from "#components/ui/duration.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { Rows } from "#components/ui/grid.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { Section } from "#components/ui/section.tsx";
import { StatRowSkeleton } from "#components/ui/skeletons.tsx";
import { Stat, StatRow } from "#components/ui/stat.tsx";
import { StateChip } from "#components/ui/state-chip.tsx";
import classes from "./health.module.css";
import type { Health } from "./types.ts";

const EVERY_SECONDS = 10;

/** What Switchyard depends on and how it is; looked at anew while the page is open. */
export function HealthPage() {
  const t = useTranslations("admin.health");
  const query = useQuery(useTRPC().platform.health.queryOptions(undefined, { refetchInterval: EVERY_SECONDS * 1_000 }));
  return (
    <>
      <PageHeader
        title={t("title")}
        {...(query.data ? { state: <StateChip status={query.data.status} />, description: t.rich("checked", { at: checkedAt(new Date(query.dataUpdatedAt).toISOString()), seconds: EVERY_SECONDS }) } : {})}
      />
      {query.error && <ErrorState error={query.error} title={t("loadFailed")} onRetry={() => void query.refetch()} />}
      {query.data ? <HealthContent health={query.data} /> : !query.error && <StatRowSkeleton count={2} />}
    </>
  );
}

function checkedAt(at: string) {
  return () => <RelativeTime at={at} />;
}

function HealthContent({ health }: { health: Health }) {
  const t = useTranslations("admin.health");
  return (
    <Rows>
      <StatRow>
        <Stat label={t("version")} value={health.version} />
        <Stat label={t("uptime")} value={<Duration seconds={health.uptimeSeconds} />} />
      </StatRow>
      <Section title={t("checks")} flush>
        <ul className={classes.list}>
          {health.checks.map((check) => (
            <CheckRow key={check.name} check={check} />
          ))}
        </ul>
      </Section>
    </Rows>
  );
}

function CheckRow({ check }: { check: Health["checks"][number] }) {
  const t = useTranslations("admin.health");
  const format = useFormatter();
  const { name, status, finding, latencyMs } = check;
  return (
    <li className={classes.check}>
      <span className={classes.name}>{t.has(`check.${name}` as "check.database") ? t(`check.${name}` as "check.database") : name}</span>
      <span className={classes.state}>
        <StateChip status={status} />
      </span>
      <span className={classes.detail}>
        <FindingText finding={finding} />
      </span>
      <span className={classes.latency} data-tabular>
        {latencyMs !== null && t("ms", { value: format.number(latencyMs, { maximumFractionDigits: latencyMs < 10 ? 1 : 0 }) })}
      </span>
      {status !== "pass" && t.has(`hint.${name}` as "hint.database") && <p className={classes.hint}>{t(`hint.${name}` as "hint.database")}</p>}
    </li>
  );
}

function FindingText({ finding }: { finding: Health["checks"][number]["finding"] }) {
  const t = useTranslations("admin.health");
  const format = useFormatter();
  const { code, ...found } = finding;
  const say = ([key, value]: [string, string | number | string[]]): [string, string | number] => {
    if (Array.isArray(value)) return [key, format.list(value)];
    return [key, key === "since" ? format.dateTime(new Date(value), { dateStyle: "medium", timeStyle: "medium" }) : value];
  };
  return t(`finding.${code}`, Object.fromEntries(Object.entries(found).map(say)));
}
