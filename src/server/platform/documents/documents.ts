import type { z } from "zod";
import type { customerLedgerFileInput, fileOutput, ledgerFileInput, receiptFileInput, statementFileInput } from "#shared/billing/documents.ts";
import type { Parties } from "#server/billing/documents/parties.ts";
import { receiptPdf } from "#server/billing/documents/receipt-pdf.ts";
import { getReceipt } from "#server/billing/payments/receipts.ts";
import { ledgerFile } from "#server/billing/reports/ledger-file.ts";
import { statementCsv } from "#server/billing/statements/statement-csv.ts";
import { MOST_ON_PAPER, statementPdf } from "#server/billing/statements/statement-pdf.ts";
import { getStatement } from "#server/billing/statements/statements.ts";
import type { MemberActor } from "#server/identity/actor.ts";
import { namesOfOrganizations } from "#server/identity/directory.ts";
import type { Runtime } from "#server/infra/runtime.ts";

/** Billing's documents as files. They are put together here because billing knows organizations as ids alone. */
type File = z.output<typeof fileOutput>;

/** Lines of a kind in a CSV file. */
const MOST_IN_CSV = 100_000;

/** @throws AppError NOT_FOUND, also for another organization's */
export async function getStatementPdf(rt: Runtime, actor: MemberActor, input: z.output<typeof statementFileInput>): Promise<File> {
  const statement = await getStatement(rt, actor, input, MOST_ON_PAPER);
  return file(`statement-${statement.number}.pdf`, "application/pdf", await statementPdf(statement, await partiesOf(rt, actor), input.language));
}

/** @throws AppError NOT_FOUND, also for another organization's */
export async function getStatementCsv(rt: Runtime, actor: MemberActor, input: { id: string }): Promise<File> {
  const statement = await getStatement(rt, actor, input, MOST_IN_CSV);
  return file(`statement-${statement.number}.csv`, "text/csv; charset=utf-8", statementCsv(statement));
}

/** @throws AppError NOT_FOUND, also for another organization's, and while the top-up is not paid */
export async function getReceiptPdf(rt: Runtime, actor: MemberActor, input: z.output<typeof receiptFileInput>): Promise<File> {
  const receipt = await getReceipt(rt, actor, input);
  return file(`receipt-${receipt.number}.pdf`, "application/pdf", await receiptPdf(receipt, await partiesOf(rt, actor), input.language));
}

/** The organization's own ledger. @throws AppError INVALID_REQUEST when a file cannot hold so many entries */
export async function getLedgerCsv(rt: Runtime, actor: MemberActor, input: z.output<typeof ledgerFileInput>): Promise<File> {
  return getCustomerLedgerCsv(rt, { ...input, organizationId: actor.organizationId });
}

/** One customer's, for administrators. @throws AppError NOT_FOUND, INVALID_REQUEST when a file cannot hold so many entries */
export async function getCustomerLedgerCsv(rt: Runtime, { organizationId, ...days }: z.output<typeof customerLedgerFileInput>): Promise<File> {
  const name = ["ledger", organizationId, days.from, days.to ?? rt.clock.now().toISOString().slice(0, 10)].filter(Boolean).join("-");
  return file(`${name}.csv`, "text/csv; charset=utf-8", await ledgerFile(rt, organizationId, days));
}

async function partiesOf(rt: Runtime, { organizationId }: MemberActor): Promise<Parties> {
  const names = await namesOfOrganizations(rt, [organizationId]);
  return { issuer: rt.config.issuer, customer: { id: organizationId, name: names.get(organizationId) ?? organizationId } };
}

function file(fileName: string, contentType: string, bytes: Uint8Array): File {
  return { fileName, contentType, base64: Buffer.from(bytes).toString("base64") };
}
