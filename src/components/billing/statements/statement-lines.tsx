"use client";

import { useFormatter, useTranslations } from "next-intl";
import type { z } from "zod";
import { PlainTable } from "#components/table/plain-table.tsx";
import { Section } from "#components/ui/section.tsx";
import type { statementDetail } from "#shared/billing/statements.ts";
import { Amount } from "./amount.tsx";
import { decimalsOf } from "./decimals.ts";
import classes from "./statements.module.css";
import { useComponentName } from "./use-component-name.ts";

type Statement = z.infer<typeof statementDetail>;

/** What was charged, by resource and price. */
export function StatementUsage({ statement: { usage, omittedUsage } }: { statement: Statement }) {
  const t = useTranslations("statements");
  const format = useFormatter();
  const component = useComponentName();
  if (usage.length === 0) return null;
  const [decimals, ofPrices] = [decimalsOf([...usage.map(({ amount }) => amount), omittedUsage.amount]), decimalsOf(usage.map(({ pricePerHour }) => pricePerHour))];
  return (
    <Section title={t("usage")} description={t("usageText")} flush>
      <PlainTable className={classes.table} label={t("usage")}>
        <thead>
          <tr>
            <th scope="col">{t("resource")}</th>
            <th scope="col" className={classes.number}>{t("hours")}</th>
            <th scope="col" className={`${classes.number} ${classes.wide}`}>{t("price")}</th>
            <th scope="col" className={classes.number}>{t("amount")}</th>
          </tr>
        </thead>
        <tbody>
          {usage.map((line) => (
            <tr key={`${line.resourceId} ${line.component} ${line.projectId} ${line.pricePerHour}`}>
              <td className={classes.name}>
                {line.resourceName} <span className={classes.quiet}>{component(line.component)}</span>
              </td>
              <td className={classes.number}>{format.number(line.seconds / 3_600, { maximumFractionDigits: 4 })}</td>
              <td className={`${classes.number} ${classes.wide}`}>{line.pricePerHour !== null && <Amount micro={line.pricePerHour} decimals={ofPrices} />}</td>
              <td className={classes.number}><Amount micro={line.amount} decimals={decimals} /></td>
            </tr>
          ))}
          {omittedUsage.count > 0 && (
            <tr>
              <td colSpan={2}>{t("omitted", { count: omittedUsage.count })}</td>
              <td className={classes.wide}>…</td>
              <td className={classes.number}><Amount micro={omittedUsage.amount} decimals={decimals} /></td>
            </tr>
          )}
        </tbody>
      </PlainTable>
    </Section>
  );
}

/** All but usage, line by line. */
export function StatementEntries({ statement: { entries, omittedEntries, number } }: { statement: Statement }) {
  const t = useTranslations("statements");
  const format = useFormatter();
  if (entries.length === 0) return null;
  const decimals = decimalsOf([...entries.map(({ amount }) => amount), omittedEntries.amount]);
  return (
    <Section title={t("entries")} flush>
      <PlainTable className={classes.table} label={t("entries")}>
        <thead>
          <tr>
            <th scope="col">{t("date")}</th>
            <th scope="col">{t("item")}</th>
            <th scope="col" className={classes.number}>{t("amount")}</th>
          </tr>
        </thead>
        <tbody>
          {entries.map((line, nth) => (
            // Lines have no ids of their own, and never change.
            // oxlint-disable-next-line react/no-array-index-key
            <tr key={`${number} ${nth}`}>
              <td className={classes.when}>{format.dateTime(new Date(line.at), { month: "short", day: "numeric", timeZone: "UTC" })}</td>
              <td className={classes.name}>
                {t(`kinds.${line.kind}`)} <span className={classes.quiet}>{[line.description, line.reference].filter(Boolean).join(" · ")}</span>
              </td>
              <td className={classes.number}><Amount micro={line.amount} decimals={decimals} /></td>
            </tr>
          ))}
          {omittedEntries.count > 0 && (
            <tr>
              <td colSpan={2}>{t("omitted", { count: omittedEntries.count })}</td>
              <td className={classes.number}><Amount micro={omittedEntries.amount} decimals={decimals} /></td>
            </tr>
          )}
        </tbody>
      </PlainTable>
    </Section>
  );
}
