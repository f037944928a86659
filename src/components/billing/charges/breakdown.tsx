"use client";

import { SegmentedControl } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useFormatter, useTranslations } from "next-intl";
import { useTRPC } from "#components/api/trpc.ts";
import { PlainTable } from "#components/table/plain-table.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { Section } from "#components/ui/section.tsx";
import { TableSkeleton } from "#components/ui/skeletons.tsx";
import { BREAKDOWNS } from "#shared/billing/breakdowns.ts";
import { formatCredits, toChartNumber } from "#shared/credits.ts";
import classes from "../statements/statements.module.css";
import own from "./charges.module.css";
import type { ChargeFilters } from "./use-charge-filters.ts";
import { useKindName } from "./use-kind-name.ts";

interface BreakdownProps {
  filters: ChargeFilters;
  /** names by id */
  projects: ReadonlyMap<string, string>;
}

/** What was charged by what it was for, with each one's share. Pressing one shows it alone. */
export function Breakdown({ filters: { filter, by, set }, projects }: BreakdownProps) {
  const t = useTranslations("statements.charges");
  const words = useTranslations("statements");
  const kindName = useKindName();
  const format = useFormatter();
  const query = useQuery(useTRPC().reports.breakdown.queryOptions({ ...filter, by }, { placeholderData: keepPreviousData }));
  const { data } = query;
  const nameOf = (key: string | null, name: string | null): string => {
    if (key === null) return t("noProject");
    if (by === "project") return projects.get(key) ?? key;
    if (by === "kind") return kindName(key);
    if (by === "day" && /^\d{4}-\d\d-\d\d$/.test(key)) return format.dateTime(new Date(key), { dateStyle: "medium", timeZone: "UTC" });
    return name ?? key;
  };
  const only = (key: string) => void set(by === "day" ? { from: key, to: key, by: "resource" } : by === "resource" ? { resource: key, by: "day" } : { [by]: key, by: "resource" });
  const total = toChartNumber(data?.total ?? "0");
  const chooser = <SegmentedControl aria-label={t("by")} value={by} onChange={(value) => void set({ by: BREAKDOWNS.find((each) => each === value) ?? "resource" })} data={BREAKDOWNS.map((value) => ({ value, label: t(`bys.${value}`) }))} />;
  return (
    <Section title={t("breakdown")} {...(data ? { description: t("total", { amount: formatCredits(data.total) }) } : {})} actions={chooser} flush>
      {query.error && !data ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : !data ? (
        <TableSkeleton rows={4} />
      ) : data.groups.length === 0 ? (
        <EmptyState title={t("none")} compact />
      ) : (
        <PlainTable className={classes.table} label={t("breakdown")}>
          <thead>
            <tr>
              <th scope="col">{t(`bys.${by}`)}</th>
              <th scope="col" className={classes.number}>{words("hours")}</th>
              <th scope="col" className={`${classes.number} ${classes.wide}`}>{t("share")}</th>
              <th scope="col" className={classes.number}>{words("amount")}</th>
            </tr>
          </thead>
          <tbody>
            {data.groups.map(({ key, name, amount, hours }) => (
              <tr key={key ?? ""}>
                <td className={classes.name}>
                  {key === null ? (
                    nameOf(key, name)
                  ) : (
                    <button type="button" className={own.pick} title={t("only", { name: nameOf(key, name) })} onClick={() => only(key)}>
                      {nameOf(key, name)}
                    </button>
                  )}
                </td>
                <td className={classes.number}>{format.number(hours, { maximumFractionDigits: 1 })}</td>
                <td className={`${classes.number} ${classes.wide}`}>{format.number(total === 0 ? 0 : toChartNumber(amount) / total, { style: "percent", maximumFractionDigits: 1 })}</td>
                <td className={classes.number}>{formatCredits(amount, 4)}</td>
              </tr>
            ))}
            {data.rest.count > 0 && (
              <tr>
                <td colSpan={2}>{t("rest", { count: data.rest.count })}</td>
                <td className={`${classes.number} ${classes.wide}`}>{format.number(total === 0 ? 0 : toChartNumber(data.rest.amount) / total, { style: "percent", maximumFractionDigits: 1 })}</td>
                <td className={classes.number}>{formatCredits(data.rest.amount, 4)}</td>
              </tr>
            )}
          </tbody>
        </PlainTable>
      )}
    </Section>
  );
}
