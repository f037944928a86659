import { fileOutput, receiptFileInput, statementFileInput } from "#shared/billing/documents.ts";
import { statementIdInput } from "#shared/billing/statements.ts";
import { answer, member, router } from "#server/trpc/init.ts";
import { getReceiptPdf, getStatementCsv, getStatementPdf } from "./documents.ts";

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
  receiptPdf: member("credits:read")
    .meta({ route: { method: "GET", path: "/topups/{id}/receipt.pdf", file: PDF, tags: ["Top-ups"], summary: "The receipt of a top-up on paper" } })
    .input(receiptFileInput)
    .output(answer(fileOutput))
    .query(({ ctx, input }) => getReceiptPdf(ctx.rt, ctx.actor, input)),
});
