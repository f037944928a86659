import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
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
  if (facts.length === 0) {
    return (
      <Section title={t("title")} description={t("text")} flush>
        <EmptyState title={t("none")} compact />
      </Section>
    );
  }
  return (
    <HeadedTable title={t("title")} text={t("text")} columns={[[t("when")], [t("what")], [t("amount"), classes.number], [t("outcome"), classes.wide]]}>
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
    </HeadedTable>
  );
}

/** What became of its credits in the ledger. */
export function PaymentTransfers({ payment: { transfers } }: { payment: Detail }) {
  const t = useTranslations("payments.transfers");
  const kinds = useTranslations("credits.ledger.kinds");
  if (transfers.length === 0) return null;
  const decimals = decimalsOf(transfers.map(({ amount }) => amount));
  return (
    <HeadedTable title={t("title")} text={t("text")} columns={[[t("when")], [t("what")], [t("amount"), classes.number]]}>
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
    </HeadedTable>
  );
}

/** What was spent already when it was taken back: paid out of what comes in. */
export function PaymentDebts({ payment: { debts } }: { payment: Detail }) {
  const t = useTranslations("payments.debts");
  if (debts.length === 0) return null;
  const decimals = decimalsOf(debts.flatMap(({ amount, paidAmount }) => [amount, paidAmount]));
  return (
    <HeadedTable title={t("title")} text={t("text")} columns={[[t("since")], [t("settled"), classes.wide], [t("amount"), classes.number], [t("paid"), classes.number]]}>
      {debts.map((debt) => (
        <tr key={debt.id}>
          <td className={classes.when}><ExactTime at={debt.createdAt} /></td>
          <td className={`${classes.when} ${classes.wide}`}>{debt.settledAt === null ? t("open") : <ExactTime at={debt.settledAt} />}</td>
          <td className={classes.number}><Amount micro={debt.amount} decimals={decimals} /></td>
          <td className={classes.number}><Amount micro={debt.paidAmount} decimals={decimals} /></td>
        </tr>
      ))}
    </HeadedTable>
  );
}

/** A section that is one table. @param columns titles, each with the class of its cells */
function HeadedTable({ title, text, columns, children }: { title: string; text: string; columns: readonly (readonly [name: string, className?: string | undefined])[]; children: ReactNode }) {
  return (
    <Section title={title} description={text} flush>
      <PlainTable className={classes.table} label={title}>
        <thead>
          <tr>
            {columns.map(([name, className]) => (
              <th key={name} scope="col" className={className}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </PlainTable>
    </Section>
  );
}
