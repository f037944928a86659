import type { z } from "zod";
import type { adminTopUpListInput, adminTopUpListOutput, adminTopUpOutput } from "#shared/billing/top-ups.ts";
import { notFound } from "#shared/errors.ts";
import { pagination } from "#shared/schema.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";
import { clawbacksOf } from "../clawback-repository.ts";
import { takenBack } from "./take-back.ts";
import { listAllTopUps, lockTopUp, type TopUpRow } from "./top-up-repository.ts";
import { toTopUpOutput } from "./top-ups.ts";

/** Everybody's top-ups, newest first. */
export async function listTopUpsOfAll(rt: Runtime, input: z.output<typeof adminTopUpListInput>): Promise<z.output<typeof adminTopUpListOutput>> {
  const { page, limit, status, organizationId } = input;
  const { rows, total } = await listAllTopUps(rt, { ...(status === undefined ? {} : { status }), ...(organizationId === undefined ? {} : { organizationId }) }, (page - 1) * limit, limit);
  return { data: await Promise.all(rows.map((row) => withLedger(rt, row))), pagination: pagination(input, total) };
}

/** One of them as administrators see it. @throws AppError NOT_FOUND */
export async function toAdminTopUp(rt: Runtime, id: string): Promise<z.output<typeof adminTopUpOutput>> {
  const row = await transact(rt, (tx) => lockTopUp(tx, id));
  if (!row) throw notFound("top-up");
  return withLedger(rt, row);
}

/** A top-up with what was taken back of its credits. */
export async function withLedger(rt: Runtime, row: TopUpRow): Promise<z.output<typeof adminTopUpOutput>> {
  // Most were never taken back.
  const touched = row.paidAt !== null && (row.refundedMinor > 0 || row.status === "disputed");
  const [back, debts] = touched ? [await takenBack(rt.db.prisma, row.id), await clawbacksOf(rt.db.prisma, row.id)] : [0n, []];
  const { organizationId, providerRef, paymentRef } = row;
  const owed = debts.reduce((sum, debt) => sum + debt.amount - debt.paidAmount, 0n);
  return { ...toTopUpOutput(row, rt.clock.now()), organizationId, providerRef, paymentRef, takenBack: back.toString(), owed: owed.toString() };
}
