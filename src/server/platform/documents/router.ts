import { customerLedgerFileInput, fileOutput, ledgerFileInput, receiptFileInput, statementFileInput } from "#shared/billing/documents.ts";
import { statementIdInput } from "#shared/billing/statements.ts";
import { answer, member, platform, router } from "#server/trpc/init.ts";
import { getCustomerLedgerCsv, getLedgerCsv, getReceiptPdf, getStatementCsv, getStatementPdf } from "./documents.ts";

const PDF = "application/pdf";

export const documentsRouter = router({
  statementPdf: member("credits:read")
    .meta({ route: { method: "GET", path: "/statements/{id}.pdf", file: PDF, tags: ["Statements"], summary: "A statement on paper" } })
    .input(statementFileInput)
    .output(answer(fileOutput))
    .query(({ ctx, input }) => getStatementPdf(ctx.rt, ctx.actor, input)),
  statementCsv: member("credits:read")
    .meta({ route: { method: "GET", path: "/statements/{id}.csv", file: "text/csv", tags: ["Statements"], summary: "A statement's lines for a spreadsheet" } })
    .input(statementIdInput)
    .output(answer(fileOutput))
    .query(({ ctx, input }) => getStatementCsv(ctx.rt, ctx.actor, input)),
  ledgerCsv: member("credits:read")
    .meta({ route: { method: "GET", path: "/credits/history.csv", file: "text/csv", tags: ["Credits"], summary: "Transfers with the balance after each, for a spreadsheet" } })
    .input(ledgerFileInput)
    .output(answer(fileOutput))
    .query(({ ctx, input }) => getLedgerCsv(ctx.rt, ctx.actor, input)),
  customerLedgerCsv: platform("platform:billing:read")
    .meta({ route: { method: "GET", path: "/admin/organizations/{organization_id}/credits/history.csv", file: "text/csv", tags: ["Administration"], summary: "An organization's transfers for a spreadsheet" } })
    .input(customerLedgerFileInput)
    .output(answer(fileOutput))
    .query(({ ctx, input }) => getCustomerLedgerCsv(ctx.rt, input)),
  receiptPdf: member("credits:read")
    .meta({ route: { method: "GET", path: "/topups/{id}/receipt.pdf", file: PDF, tags: ["Top-ups"], summary: "The receipt of a top-up on paper" } })
    .input(receiptFileInput)
    .output(answer(fileOutput))
    .query(({ ctx, input }) => getReceiptPdf(ctx.rt, ctx.actor, input)),
});
