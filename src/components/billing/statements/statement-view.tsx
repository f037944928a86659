"use client";

import { Button } from "@mantine/core";
import { IconPrinter } from "@tabler/icons-react";
import { useFormatter, useLocale, useTranslations } from "next-intl";
import { useEffect, useEffectEvent } from "react";
import type { z } from "zod";
import { useTRPCClient } from "#components/api/trpc.ts";
import { PlainTable } from "#components/table/plain-table.tsx";
import { Rows } from "#components/ui/grid.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { Section } from "#components/ui/section.tsx";
import type { statementDetail } from "#shared/billing/statements.ts";
import { Amount } from "./amount.tsx";
import { decimalsOf } from "./decimals.ts";
import { DownloadButton } from "./download-button.tsx";
import { StatementEntries, StatementUsage } from "./statement-lines.tsx";
import classes from "./statements.module.css";
import { useSeenStatements } from "./use-seen-statements.ts";

type Statement = z.infer<typeof statementDetail>;

/** A statement, as it is read on a screen and on paper. */
export function StatementView({ statement }: { statement: Statement }) {
  const t = useTranslations("statements");
  const format = useFormatter();
  const client = useTRPCClient();
  const language = useLocale();
  const { id, issuedAt } = statement;
  const [seen, see] = useSeenStatements();
  const read = useEffectEvent(() => see(issuedAt));
  const known = seen !== undefined;
  useEffect(() => {
    if (known) read();
  }, [known]);
  const date = (at: string | number) => format.dateTime(new Date(at), { dateStyle: "medium", timeZone: "UTC" });
  return (
    <>
      <PageHeader
        title={format.dateTime(new Date(statement.periodStart), { year: "numeric", month: "long", timeZone: "UTC" })}
        description={`${statement.number} · ${t("period", { start: date(statement.periodStart), end: date(Date.parse(statement.periodEnd) - 1), issued: date(issuedAt) })}`}
        back={{ href: "/billing/statements", label: t("back") }}
        actions={
          <>
            <Button variant="default" leftSection={<IconPrinter size={16} aria-hidden />} onClick={() => globalThis.print()}>
              {t("print")}
            </Button>
            <DownloadButton label={t("csv")} load={() => client.documents.statementCsv.query({ id })} />
            <DownloadButton label={t("pdf")} load={() => client.documents.statementPdf.query({ id, language })} />
          </>
        }
      />
      <Rows>
        <Summary statement={statement} />
        <StatementUsage statement={statement} />
        <StatementEntries statement={statement} />
        <p className={classes.note}>{t("unit")}</p>
      </Rows>
    </>
  );
}

function Summary({ statement: { opening, totals, closing } }: { statement: Statement }) {
  const t = useTranslations("statements");
  const format = useFormatter();
  const rows = [opening, ...totals, closing];
  const decimals = decimalsOf(rows.flatMap(({ amount, paid, promotional }) => [amount, paid, promotional]));
  const amounts = ({ amount, paid, promotional }: Statement["opening"]) => (
    <>
      <td className={`${classes.number} ${classes.wide}`}><Amount micro={paid} decimals={decimals} /></td>
      <td className={`${classes.number} ${classes.wide}`}><Amount micro={promotional} decimals={decimals} /></td>
      <td className={classes.number}><Amount micro={amount} decimals={decimals} /></td>
    </>
  );
  return (
    <Section title={t("summary")} flush>
      <PlainTable className={classes.table} label={t("summary")}>
        <thead>
          <tr>
            <th scope="col">{t("item")}</th>
            <th scope="col" className={classes.number}>{t("count")}</th>
            <th scope="col" className={`${classes.number} ${classes.wide}`}>{t("paid")}</th>
            <th scope="col" className={`${classes.number} ${classes.wide}`}>{t("promotional")}</th>
            <th scope="col" className={classes.number}>{t("amount")}</th>
          </tr>
        </thead>
        <tbody>
          <tr>
            <td colSpan={2}>{t("opening")}</td>
            {amounts(opening)}
          </tr>
          {totals.map((total) => (
            <tr key={total.kind}>
              <td>{t(`kinds.${total.kind}`)}</td>
              <td className={classes.number}>{format.number(total.count)}</td>
              {amounts(total)}
            </tr>
          ))}
          <tr className={classes.sum}>
            <td colSpan={2}>{t("closing")}</td>
            {amounts(closing)}
          </tr>
        </tbody>
      </PlainTable>
    </Section>
  );
}
