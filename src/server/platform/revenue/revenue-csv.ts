import type { z } from "zod";
import { plainMoney } from "#shared/billing/money.ts";
import type { revenueCustomerOutput, revenueOutput, revenueProductOutput } from "#shared/billing/revenue.ts";
import { plainCredits } from "#server/billing/documents/amounts.ts";
import { toCsv } from "#server/billing/documents/csv.ts";

/** The report's tables for programs: amounts in credits, and of payments in their currency; names of columns are the API's, in any language. */
type Report = z.output<typeof revenueOutput>;
type Parts = Record<"amount" | "paid" | "promotional", string>;

const HEAD = ["begins_at", "line", "transfers", "amount", "paid", "promotional", "currency", "payments", "paid_in", "refunded", "disputed", "net"] as const;

/** Opening, each step's lines and payments, and closing: opening and all lines make the closing. */
export function reportCsv(report: Report): Uint8Array {
  const { start, end, opening, closing, steps } = report;
  return toCsv([
    [...HEAD],
    row({ begins_at: start, line: "opening", ...parts(opening) }),
    ...steps.flatMap(({ at, lines, money }) => [
      ...lines.map((each) => row({ begins_at: at, line: each.line, transfers: String(each.count), ...parts(each) })),
      ...money.map(({ currency, payments, ...sums }) =>
        row({
          begins_at: at,
          line: "payments",
          currency,
          payments: String(payments),
          paid_in: plainMoney(sums.paidMinor, currency),
          refunded: plainMoney(sums.refundedMinor, currency),
          disputed: plainMoney(sums.disputedMinor, currency),
          net: plainMoney(sums.netMinor, currency),
        }),
      ),
    ]),
    row({ begins_at: end, line: "closing", ...parts(closing) }),
    row({ begins_at: end, line: "held", amount: plainCredits(report.held) }),
    row({ begins_at: end, line: "owed_usage", amount: plainCredits(report.owedUsage) }),
    row({ begins_at: end, line: "owed_payments", amount: plainCredits(report.owedPayments) }),
  ]);
}

/** @param beyond customers that are not in it */
export function customersCsv(rows: readonly z.output<typeof revenueCustomerOutput>[], beyond: number): Uint8Array {
  return toCsv([
    ["organization_id", "organization_name", "topped_up", "given", "consumed", "consumed_paid", "consumed_promotional", "breakage", "adjusted", "closing", "net_payments"],
    ...rows.map(({ organizationId, organizationName, consumed, money, ...each }) => [
      organizationId,
      organizationName,
      ...[each.toppedUp, each.given, consumed.amount, consumed.paid, consumed.promotional, each.breakage, each.adjusted, each.closing].map(plainCredits),
      money.map(({ netMinor, currency }) => `${plainMoney(netMinor, currency)} ${currency}`).join("; "),
    ]),
    ...(beyond > 0 ? [[null, `${beyond} more`]] : []),
  ]);
}

export function productsCsv(rows: readonly z.output<typeof revenueProductOutput>[]): Uint8Array {
  return toCsv([
    ["resource_type", "component", "plan_id", "plan_name", "hours", "amount", "paid", "promotional"],
    ...rows.map((each) => [each.resourceType, each.component, each.planId, each.planName, each.hours.toFixed(4), ...[each.amount, each.paid, each.promotional].map(plainCredits)]),
  ]);
}

function parts({ amount, paid, promotional }: Parts) {
  return { amount: plainCredits(amount), paid: plainCredits(paid), promotional: plainCredits(promotional) };
}

function row(cells: Partial<Record<(typeof HEAD)[number], string>>): (string | null)[] {
  return HEAD.map((name) => cells[name] ?? null);
}
