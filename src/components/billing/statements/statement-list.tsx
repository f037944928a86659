"use client";

import { IconFileInvoice } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useFormatter, useTranslations } from "next-intl";
import { parseAsInteger, useQueryState } from "nuqs";
import { useTRPC } from "#components/api/trpc.ts";
import { Pager } from "#components/table/pager.tsx";
import { PlainTable } from "#components/table/plain-table.tsx";
import { ButtonLink } from "#components/ui/button-link.tsx";
import { Credits } from "#components/ui/credits.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { Section } from "#components/ui/section.tsx";
import { TableSkeleton } from "#components/ui/skeletons.tsx";
import { TextLink } from "#components/ui/text-link.tsx";
import { STATEMENTS_LIMIT } from "./statement-query.ts";
import classes from "./statements.module.css";

/** The organization's statements, the latest month first. */
export function StatementList() {
  const t = useTranslations("statements");
  const format = useFormatter();
  const [page, setPage] = useQueryState("page", parseAsInteger.withDefault(1));
  const query = useQuery(useTRPC().statements.list.queryOptions({ page, limit: STATEMENTS_LIMIT }, { placeholderData: keepPreviousData }));
  const { data } = query;
  if (query.error && !data) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  if (!data) return <TableSkeleton />;
  if (data.data.length === 0) {
    return (
      <Section>
        <EmptyState icon={<IconFileInvoice />} title={t("none")} action={<ButtonLink href="/billing/charges" variant="default">{t("toCharges")}</ButtonLink>}>
          {t("noneText")}
        </EmptyState>
      </Section>
    );
  }
  return (
    <Section flush>
      <PlainTable className={classes.table} label={t("title")}>
        <thead>
          <tr>
            <th scope="col">{t("month")}</th>
            <th scope="col" className={classes.wide}>{t("number")}</th>
            <th scope="col" className={`${classes.number} ${classes.wide}`}>{t("opening")}</th>
            <th scope="col" className={classes.number}>{t("change")}</th>
            <th scope="col" className={classes.number}>{t("closing")}</th>
          </tr>
        </thead>
        <tbody>
          {data.data.map(({ id, number, periodStart, opening, closing }) => (
            <tr key={id}>
              <td>
                <TextLink href={`/billing/statements/${id}`}>{format.dateTime(new Date(periodStart), { year: "numeric", month: "long", timeZone: "UTC" })}</TextLink>
              </td>
              <td className={classes.wide}>{number}</td>
              <td className={`${classes.number} ${classes.wide}`}><Credits micro={opening.amount} /></td>
              <td className={classes.number}><Credits micro={BigInt(closing.amount) - BigInt(opening.amount)} signed /></td>
              <td className={classes.number}><Credits micro={closing.amount} /></td>
            </tr>
          ))}
        </tbody>
      </PlainTable>
      {data.pagination.pages > 1 && <Pager page={page} limit={STATEMENTS_LIMIT} total={data.pagination.total} onPage={(next) => void setPage(next)} />}
    </Section>
  );
}
