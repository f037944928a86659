import type { z } from "zod";
import type { statementDetail } from "#shared/billing/statements.ts";
import { exactCredits, hoursOf } from "../documents/amounts.ts";
import { day, type Parties, partyBlocks } from "../documents/parties.ts";
import { openPaper, type Paper } from "../documents/pdf.ts";
import { DOCUMENT_WORDS, type Language } from "../documents/words.ts";

/** Lines in a table of a paper; the rest is there as a sum, and in the CSV file. */
export const MOST_ON_PAPER = 500;

type Statement = z.output<typeof statementDetail>;

/** A statement on paper. @param statement with at most MOST_ON_PAPER lines of a kind */
export async function statementPdf(statement: Statement, parties: Parties, language: Language): Promise<Uint8Array> {
  const words = DOCUMENT_WORDS[language];
  const { title, period, unit } = words.statement;
  const { number, issuedAt } = statement;
  const at = new Date(issuedAt);
  const paper = openPaper({ title: `${title} ${number}`, author: parties.issuer.name, at, language, foot: (page, pages) => `${title} ${number} · ${parties.customer.name} · ${words.page(page, pages)}` });
  const lastDay = day(new Date(Date.parse(statement.periodEnd) - 1).toISOString());
  const between = period(day(statement.periodStart), lastDay);
  paper.title(title, between);
  paper.facts(partyBlocks(parties, language, [words.number(number), words.issued(day(issuedAt)), between]));
  summary(paper, statement, language);
  usage(paper, statement, language);
  entries(paper, statement, language);
  paper.note(unit);
  return paper.end();
}

function summary(paper: Paper, { opening, totals, closing }: Statement, language: Language): void {
  const words = DOCUMENT_WORDS[language].statement;
  const amounts = ({ amount, paid, promotional }: typeof opening) => [exactCredits(paid), exactCredits(promotional), exactCredits(amount)];
  paper.heading(words.summary);
  paper.table(
    [{ title: words.item, share: 0.36 }, { title: words.count, share: 0.1, right: true }, { title: words.paid, share: 0.18, right: true }, { title: words.promotional, share: 0.18, right: true }, { title: words.amount, share: 0.18, right: true }],
    [
      { cells: [words.opening, "", ...amounts(opening)] },
      ...totals.map((total) => ({ cells: [words.kinds[total.kind], String(total.count), ...amounts(total)] })),
      { cells: [words.closing, "", ...amounts(closing)], strong: true },
    ],
  );
}

function usage(paper: Paper, statement: Statement, language: Language): void {
  const words = DOCUMENT_WORDS[language].statement;
  if (statement.usage.length === 0) return;
  const omitted = statement.omittedUsage;
  paper.heading(words.usage);
  paper.table(
    [{ title: words.resource, share: 0.4 }, { title: words.component, share: 0.15 }, { title: words.hours, share: 0.12, right: true }, { title: words.price, share: 0.15, right: true }, { title: words.amount, share: 0.18, right: true }],
    [
      ...statement.usage.map(({ resourceName, component, seconds, pricePerHour, amount }) => ({
        cells: [resourceName, words.components[component] ?? component, hoursOf(seconds), pricePerHour === null ? "" : exactCredits(pricePerHour), exactCredits(amount)],
      })),
      ...(omitted.count === 0 ? [] : [{ cells: [words.omitted(omitted.count), "", "", "", exactCredits(omitted.amount)] }]),
      { cells: [words.sum, "", "", "", sumOf([...statement.usage, omitted])], strong: true },
    ],
  );
}

function entries(paper: Paper, statement: Statement, language: Language): void {
  const words = DOCUMENT_WORDS[language].statement;
  if (statement.entries.length === 0) return;
  const omitted = statement.omittedEntries;
  paper.heading(words.entries);
  paper.table(
    [{ title: words.date, share: 0.13 }, { title: words.item, share: 0.17 }, { title: words.description, share: 0.3 }, { title: words.reference, share: 0.22 }, { title: words.amount, share: 0.18, right: true }],
    [
      ...statement.entries.map(({ at, kind, description, reference, amount }) => ({ cells: [day(at), words.kinds[kind], description, reference ?? "", exactCredits(amount)] })),
      ...(omitted.count === 0 ? [] : [{ cells: ["", "", words.omitted(omitted.count), "", exactCredits(omitted.amount)] }]),
      { cells: [words.sum, "", "", "", sumOf([...statement.entries, omitted])], strong: true },
    ],
  );
}

function sumOf(lines: readonly { amount: string }[]): string {
  return exactCredits(lines.reduce((sum, line) => sum + BigInt(line.amount), 0n));
}
