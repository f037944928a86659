"use client";

import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { useFormatter, useTranslations } from "next-intl";
import Link from "next/link";
import { useTRPC } from "#components/api/trpc.ts";
import { CursorSection } from "#components/table/cursor-section.tsx";
import { PlainTable } from "#components/table/plain-table.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { formatCredits } from "#shared/credits.ts";
import classes from "../statements/statements.module.css";
import own from "./charges.module.css";
import { useComponentName } from "../statements/use-component-name.ts";
import type { ChargeFilters } from "./use-charge-filters.ts";

/** Every charged hour, the latest first; older ones at a press. */
export function ChargeList({ filter }: { filter: ChargeFilters["filter"] }) {
  const t = useTranslations("statements.charges");
  const words = useTranslations("statements");
  const format = useFormatter();
  const component = useComponentName();
  const query = useInfiniteQuery(useTRPC().reports.charges.infiniteQueryOptions({ ...filter, limit: 50 }, { getNextPageParam: (page) => page.nextCursor, placeholderData: keepPreviousData }));
  return (
    <CursorSection title={t("list")} description={t("listText")} query={query} empty={<EmptyState title={t("none")} compact />} more={t("more")}>
      {(charges) => (
        <PlainTable className={classes.table} label={t("list")}>
          <thead>
            <tr>
              <th scope="col">{t("hour")}</th>
              <th scope="col">{t("what")}</th>
              <th scope="col" className={`${classes.number} ${classes.wide}`}>{words("price")}</th>
              <th scope="col" className={classes.number}>{words("amount")}</th>
            </tr>
          </thead>
          <tbody>
            {charges.map((charge) => (
              <tr key={`${charge.hourStart} ${charge.resourceId} ${charge.component}`}>
                <td className={classes.when}>{format.dateTime(new Date(charge.hourStart), { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: "UTC" })}</td>
                <td className={classes.name}>
                  {charge.resourceType === "vm" ? <Link href={`/vms/${charge.resourceId}`} className={own.link}>{charge.resourceName}</Link> : charge.resourceName} <span className={classes.quiet}>{component(charge.component)}</span>
                  {!charge.paid && <span className={classes.tag}>{t("owed")}</span>}
                </td>
                <td className={`${classes.number} ${classes.wide}`}>{charge.pricePerHour !== null && formatCredits(charge.pricePerHour, 4)}</td>
                <td className={classes.number}>{formatCredits(charge.amount, 4)}</td>
              </tr>
            ))}
          </tbody>
        </PlainTable>
      )}
    </CursorSection>
  );
}
