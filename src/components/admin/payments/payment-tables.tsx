import { useTranslations } from "next-intl";
import type { z } from "zod";
import { Amount } from "#components/billing/statements/amount.tsx";
import { decimalsOf } from "#components/billing/statements/decimals.ts";
import { useMoney } from "#components/billing/top-up/use-money.ts";
import { PlainTable } from "#components/table/plain-table.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { ExactTime } from "#components/ui/relative-time.tsx";
import { Section } from "#components/ui/section.tsx";
import type { topUpDetailOutput } from "#shared/billing/admin-top-ups.ts";
import classes from "./payments.module.css";

type Detail = z.infer<typeof topUpDetailOutput>;

const KINDS = ["paid", "failed", "expired", "refunded", "refund_failed", "disputed", "dispute_won", "dispute_lost"] as const;

/** All that the provider told, and what was asked of it, the latest first. */
export function PaymentFacts({ payment: { facts } }: { payment: Detail }) {
  const t = useTranslations("payments.facts");
  const money = useMoney();
  const nameOf = (kind: string) => KINDS.find((each) => each === kind) ?? "other";
  return (
    <Section title={t("title")} description={t("text")} flush>
      {facts.length === 0 ? (
        <EmptyState title={t("none")} compact />
      ) : (
        <PlainTable className={classes.table} label={t("title")}>
          <thead>
            <tr>
              <th scope="col">{t("when")}</th>
              <th scope="col">{t("what")}</th>
              <th scope="col" className={classes.number}>{t("amount")}</th>
              <th scope="col" className={classes.wide}>{t("outcome")}</th>
            </tr>
          </thead>
          <tbody>
            {facts.map((fact) => (
              <tr key={fact.id}>
                <td className={classes.when}><ExactTime at={fact.at} /></td>
                <td>
                  {fact.event === "refund.requested" ? t("requested") : t(`kinds.${nameOf(fact.kind)}`)}
                  <span className={classes.below}>{[fact.event, fact.reason].filter(Boolean).join(" · ")}</span>
                </td>
                <td className={classes.number}>{fact.amountMinor !== null && fact.currency !== null && money(fact.amountMinor, fact.currency)}</td>
                <td className={classes.wide}>{fact.outcome ?? t("waiting")}</td>
              </tr>
            ))}
          </tbody>
        </PlainTable>
      )}
    </Section>
  );
}

/** What became of its credits in the ledger. */
export function PaymentTransfers({ payment: { transfers } }: { payment: Detail }) {
  const t = useTranslations("payments.transfers");
  const kinds = useTranslations("credits.ledger.kinds");
  if (transfers.length === 0) return null;
  const decimals = decimalsOf(transfers.map(({ amount }) => amount));
  return (
    <Section title={t("title")} description={t("text")} flush>
      <PlainTable className={classes.table} label={t("title")}>
        <thead>
          <tr>
            <th scope="col">{t("when")}</th>
            <th scope="col">{t("what")}</th>
            <th scope="col" className={classes.number}>{t("amount")}</th>
          </tr>
        </thead>
        <tbody>
          {transfers.map((transfer) => (
            <tr key={transfer.id}>
              <td className={classes.when}><ExactTime at={transfer.createdAt} /></td>
              <td>
                {transfer.kind === "topup" || transfer.kind === "reversal" || transfer.kind === "adjustment" ? kinds(transfer.kind) : transfer.kind}
                <span className={classes.below}>{transfer.description}</span>
              </td>
              <td className={classes.number}><Amount micro={transfer.amount} decimals={decimals} /></td>
            </tr>
          ))}
        </tbody>
      </PlainTable>
    </Section>
  );
}

/** What was spent already when it was taken back: paid out of what comes in. */
export function PaymentDebts({ payment: { debts } }: { payment: Detail }) {
  const t = useTranslations("payments.debts");
  if (debts.length === 0) return null;
  const decimals = decimalsOf(debts.flatMap(({ amount, paidAmount }) => [amount, paidAmount]));
  return (
    <Section title={t("title")} description={t("text")} flush>
      <PlainTable className={classes.table} label={t("title")}>
        <thead>
          <tr>
            <th scope="col">{t("since")}</th>
            <th scope="col" className={classes.wide}>{t("settled")}</th>
            <th scope="col" className={classes.number}>{t("amount")}</th>
            <th scope="col" className={classes.number}>{t("paid")}</th>
          </tr>
        </thead>
        <tbody>
          {debts.map((debt) => (
            <tr key={debt.id}>
              <td className={classes.when}><ExactTime at={debt.createdAt} /></td>
              <td className={`${classes.when} ${classes.wide}`}>{debt.settledAt === null ? t("open") : <ExactTime at={debt.settledAt} />}</td>
              <td className={classes.number}><Amount micro={debt.amount} decimals={decimals} /></td>
              <td className={classes.number}><Amount micro={debt.paidAmount} decimals={decimals} /></td>
            </tr>
          ))}
        </tbody>
      </PlainTable>
    </Section>
  );
}
