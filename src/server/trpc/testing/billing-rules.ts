import { randomUUID } from "node:crypto";
import { type Input, organization, own, page, platform, proven, type Rules, thing, topUp } from "./rules.ts";

const statement: Input = (victim) => ({ id: victim.statementId });
const months: Input = () => ({ from: "2028-02", to: "2028-02" });

/** Credits, payments, statements and revenue. */
export const BILLING_RULES: Rules = {
  "billing.balance": own("credits:read"),
  "billing.history": own("credits:read", page),
  "billing.lots": own("credits:read", page),
  "billing.chart": own("credits:read", page),
  "billing.spending": own("credits:read"),
  "billing.comingPrices": own("credits:read"),
  "billing.grant": platform("platform:credits:grant", (victim) => ({ organizationId: victim.organizationId, amount: "1000000", reason: "because", idempotencyKey: randomUUID() })),
  "billing.admin.revoke": platform("platform:credits:grant", (victim) => ({ transferId: victim.grantId, reason: "because", idempotencyKey: randomUUID() })),
  "billing.admin.refund": platform("platform:credits:grant", (victim) => ({ transferId: victim.chargeId, reason: "because", idempotencyKey: randomUUID() })),
  "billing.admin.adjust": platform("platform:credits:grant", (victim) => ({ organizationId: victim.organizationId, direction: "add", amount: "1000000", reason: "because", idempotencyKey: randomUUID() })),
  "billing.admin.ledger": platform("platform:billing:read", organization),
  "billing.admin.lots": platform("platform:billing:read", organization),
  "billing.admin.checks": platform("platform:billing:read"),
  "billing.admin.check": platform("platform:billing:read"),

  "payments.options": own("credits:read"),
  "payments.create": own("credits:topup", () => ({ credits: "10000000" })),
  "payments.list": own("credits:read", page),
  "payments.get": thing("credits:read", topUp),
  "payments.receipt": thing("credits:read", topUp),
  "payments.automatic": own("credits:read"),
  "payments.setAutomatic": own("credits:topup", () => ({ enabled: false, threshold: "0", credits: "10000000", monthlyCap: "100000000" })),
  "payments.admin.list": platform("platform:payments:read", page),
  "payments.admin.refund": platform("platform:payments:refund", (victim) => ({ id: victim.topUpId, amountMinor: 1, reason: "because", idempotencyKey: randomUUID() })),
  "payments.testCheckout.get": proven(404, () => ({ id: "cs_test_nothing" })),
  "payments.testCheckout.pay": proven(404, () => ({ id: "cs_test_nothing", card: "succeeds" })),

  "statements.list": own("credits:read", page),
  "statements.get": thing("credits:read", statement),
  "reports.charges": own("credits:read", page),
  "reports.breakdown": own("credits:read", page),
  "documents.statementPdf": thing("credits:read", statement),
  "documents.statementCsv": thing("credits:read", statement),
  "documents.receiptPdf": thing("credits:read", topUp),
  "documents.ledgerCsv": own("credits:read", page),
  "documents.customerLedgerCsv": platform("platform:billing:read", organization),
  "revenue.report": platform("platform:billing:read", months),
  "revenue.customers": platform("platform:billing:read", months),
  "revenue.products": platform("platform:billing:read", months),
  "revenue.reportCsv": platform("platform:billing:read", months),
  "revenue.customersCsv": platform("platform:billing:read", months),
  "revenue.productsCsv": platform("platform:billing:read", months),
};
