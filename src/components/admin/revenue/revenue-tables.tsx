import { useFormatter, useTranslations } from "next-intl";
import { Amount } from "#components/billing/statements/amount.tsx";
import { decimalsOf } from "#components/billing/statements/decimals.ts";
import { useMoney } from "#components/billing/top-up/use-money.ts";
import { PlainTable } from "#components/table/plain-table.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { Section } from "#components/ui/section.tsx";
import type { Part, Revenue } from "./revenue-points.ts";
import classes from "./revenue.module.css";

/** Opening, what happened to customers' credits, closing: it adds up to the micro-credit. */
export function RevenueMovements({ revenue: { opening, lines, closing } }: { revenue: Revenue }) {
  const t = useTranslations("revenue.movements");
  const format = useFormatter();
  const rows = [opening, ...lines, closing];
  const decimals = decimalsOf(rows.flatMap(({ amount, paid, promotional }) => [amount, paid, promotional]));
  const amounts = (of: Record<Part, string>) => (
    <>
      <td className={`${classes.number} ${classes.wide}`}><Amount micro={of.paid} decimals={decimals} /></td>
      <td className={`${classes.number} ${classes.wide}`}><Amount micro={of.promotional} decimals={decimals} /></td>
      <td className={classes.number}><Amount micro={of.amount} decimals={decimals} /></td>
    </>
  );
  return (
    <Section title={t("title")} description={t("text")} flush>
      <PlainTable className={classes.table} label={t("title")}>
        <thead>
          <tr>
            <th scope="col">{t("what")}</th>
            <th scope="col" className={`${classes.number} ${classes.wide}`}>{t("count")}</th>
            <th scope="col" className={`${classes.number} ${classes.wide}`}>{t("paid")}</th>
            <th scope="col" className={`${classes.number} ${classes.wide}`}>{t("promotional")}</th>
            <th scope="col" className={classes.number}>{t("amount")}</th>
          </tr>
        </thead>
        <tbody>
          <tr className={classes.sum}>
            <td>{t("opening")}</td>
            <td className={`${classes.number} ${classes.wide}`}>–</td>
            {amounts(opening)}
          </tr>
          {lines.map((line) => (
            <tr key={line.line}>
              <td>
                {t(`lines.${line.line}`)}
                <span className={classes.explained}>{t(`explained.${line.line}`)}</span>
              </td>
              <td className={`${classes.number} ${classes.wide}`}>{format.number(line.count)}</td>
              {amounts(line)}
            </tr>
          ))}
          <tr className={classes.sum}>
            <td>{t("closing")}</td>
            <td className={`${classes.number} ${classes.wide}`}>{format.number(lines.reduce((sum, { count }) => sum + count, 0))}</td>
            {amounts(closing)}
          </tr>
        </tbody>
      </PlainTable>
    </Section>
  );
}

/** Payments as money, by currency. */
export function RevenueMoney({ revenue: { money } }: { revenue: Revenue }) {
  const t = useTranslations("revenue.money");
  const format = useFormatter();
  const amount = useMoney();
  // Nothing is no negative nothing.
  const taken = (minor: number) => (minor === 0 ? 0 : -minor);
  return (
    <Section title={t("title")} description={t("text")} flush>
      {money.length === 0 ? (
        <EmptyState title={t("none")} compact />
      ) : (
        <PlainTable className={classes.table} label={t("title")}>
          <thead>
            <tr>
              <th scope="col">{t("currency")}</th>
              <th scope="col" className={classes.number}>{t("payments")}</th>
              <th scope="col" className={classes.number}>{t("paid")}</th>
              <th scope="col" className={`${classes.number} ${classes.wide}`}>{t("refunded")}</th>
              <th scope="col" className={`${classes.number} ${classes.wide}`}>{t("disputed")}</th>
              <th scope="col" className={classes.number}>{t("net")}</th>
            </tr>
          </thead>
          <tbody>
            {money.map(({ currency, payments, paidMinor, refundedMinor, disputedMinor, netMinor }) => (
              <tr key={currency}>
                <td>{currency}</td>
                <td className={classes.number}>{format.number(payments)}</td>
                <td className={classes.number}>{amount(paidMinor, currency)}</td>
                <td className={`${classes.number} ${classes.wide}`}>{amount(taken(refundedMinor), currency)}</td>
                <td className={`${classes.number} ${classes.wide}`}>{amount(taken(disputedMinor), currency)}</td>
                <td className={classes.number}>{amount(netMinor, currency)}</td>
              </tr>
            ))}
          </tbody>
        </PlainTable>
      )}
    </Section>
  );
}
