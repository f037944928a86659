import type { z } from "zod";
import type { statementDetail } from "#shared/billing/statements.ts";
import { hoursOf, plainCredits } from "../documents/amounts.ts";
import { toCsv } from "../documents/csv.ts";

const HEAD = ["line", "from", "to", "description", "reference", "project_id", "resource_type", "resource_id", "component", "hours", "price_per_hour", "amount", "paid", "promotional"] as const;
type Name = (typeof HEAD)[number];

/** A statement's lines for programs: amounts in credits; opening and all lines make the closing balance. Names of columns are the API's, in any language. */
export function statementCsv(statement: z.output<typeof statementDetail>): Uint8Array {
  const { opening, closing, usage, entries, omittedUsage, omittedEntries, periodStart, periodEnd } = statement;
  const balance = (line: string, at: string, of: typeof opening) => row({ line, from: at, to: at, reference: statement.number, ...sums(of) });
  return toCsv([
    [...HEAD],
    balance("opening", periodStart, opening),
    ...usage.map((each) =>
      row({
        line: "usage",
        from: each.from,
        to: each.to,
        description: each.resourceName,
        project_id: each.projectId,
        resource_type: each.resourceType,
        resource_id: each.resourceId,
        component: each.component,
        hours: hoursOf(each.seconds),
        price_per_hour: each.pricePerHour === null ? null : plainCredits(each.pricePerHour),
        amount: plainCredits(each.amount),
      }),
    ),
    ...(omittedUsage.count === 0 ? [] : [row({ line: "usage", description: `${omittedUsage.count} more`, amount: plainCredits(omittedUsage.amount) })]),
    ...entries.map((each) => row({ line: each.kind, from: each.at, to: each.at, description: each.description, reference: each.reference, ...sums(each) })),
    ...(omittedEntries.count === 0 ? [] : [row({ line: "entries", description: `${omittedEntries.count} more`, amount: plainCredits(omittedEntries.amount) })]),
    balance("closing", periodEnd, closing),
  ]);
}

function sums({ amount, paid, promotional }: Record<"amount" | "paid" | "promotional", string>) {
  return { amount: plainCredits(amount), paid: plainCredits(paid), promotional: plainCredits(promotional) };
}

function row(values: Partial<Record<Name, string | null>>): (string | null)[] {
  return HEAD.map((name) => values[name] ?? null);
}
