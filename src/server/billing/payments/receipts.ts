import type { z } from "zod";
import type { receiptOutput } from "#shared/billing/top-ups.ts";
import { MICRO } from "#shared/credits.ts";
import { notFound } from "#shared/errors.ts";
import type { MemberActor } from "#server/identity/actor.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { findTopUp } from "./top-up-repository.ts";

/** The receipt of a top-up that was paid: what every rendering of it shows. @throws AppError NOT_FOUND, also while it is not paid */
export async function getReceipt(rt: Runtime, actor: Pick<MemberActor, "organizationId">, input: { id: string }): Promise<z.output<typeof receiptOutput>> {
  const row = await findTopUp(rt, actor.organizationId, input.id);
  if (!row?.paidAt || row.receiptNumber === null) throw notFound("receipt");
  const perCredit = (BigInt(row.amountMinor) * MICRO) / row.credits;
  return {
    number: row.receiptNumber,
    topUpId: row.id,
    paidAt: row.paidAt.toISOString(),
    credits: row.credits.toString(),
    currency: row.currency,
    amountMinor: row.amountMinor,
    creditPriceMinor: perCredit * row.credits === BigInt(row.amountMinor) * MICRO ? Number(perCredit) : null,
    provider: row.provider,
    paymentRef: row.paymentRef,
    automatic: row.userId === null,
    refundedMinor: row.refundedMinor,
  };
}
