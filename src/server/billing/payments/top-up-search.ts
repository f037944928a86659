import type { z } from "zod";
import type { topUpDetailOutput, topUpSearchInput } from "#shared/billing/admin-top-ups.ts";
import type { adminTopUpOutput } from "#shared/billing/top-ups.ts";
import { notFound } from "#shared/errors.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { clawbacksOf } from "../clawback-repository.ts";
import { withLedger } from "./admin-top-ups.ts";
import { paymentProvider } from "./providers.ts";
import { topUpState } from "./top-up-state.ts";
import { findTopUps, topUpById, toldOf, transfersOf } from "./top-up-search-repository.ts";

type Detail = z.output<typeof topUpDetailOutput>;
type Found = z.output<typeof adminTopUpOutput> & { mismatched: boolean };

/** A mismatch is dealt with outside, at the provider: it asks for somebody no longer than this. */
const ATTENTION_MS = 30 * 86_400_000;

/** Top-ups of all customers, the newest first. @param organizationIds of customers whom the search means */
export async function searchTopUps(rt: Runtime, input: z.output<typeof topUpSearchInput>, organizationIds: readonly string[]): Promise<{ data: Found[]; total: number }> {
  const { search, status, provider, page, limit } = input;
  const attentionSince = input.attention ? new Date(rt.clock.now().getTime() - ATTENTION_MS) : null;
  const { rows, total } = await findTopUps(rt, { search, status, provider, organizationIds, attentionSince }, { limit, offset: (page - 1) * limit });
  const data = [];
  for (const row of rows) data.push({ ...(await withLedger(rt, row)), mismatched: row.failure === "amount_mismatch" });
  return { data, total };
}

/** One top-up with all that is known of its payment and what became of its credits. @throws AppError NOT_FOUND */
export async function topUpDetail(rt: Runtime, id: string): Promise<Omit<Detail, "organizationName" | "userName"> & { userId: string | null }> {
  const row = await topUpById(rt, id);
  if (!row) throw notFound("top-up");
  const told = await toldOf(rt, row);
  const facts = told.map(({ fact }) => fact);
  const state = topUpState(row, facts);
  const lost = facts.some(({ kind }) => kind === "dispute_lost");
  const mayRefund = state.paid && !state.disputed && paymentProvider(rt)?.name === row.provider;
  const [top, debts, transfers] = [await withLedger(rt, row), await clawbacksOf(rt.db.prisma, id), await transfersOf(rt, id)];
  return {
    ...top,
    userId: row.userId,
    mismatched: row.failure === "amount_mismatch",
    refundableMinor: mayRefund ? row.amountMinor - state.refundedMinor : 0,
    disputed: state.disputed ? (lost ? "lost" : "open") : state.disputeOver ? "won" : null,
    facts: told.map(({ id: key, at, event, outcome, fact }) => ({ id: key, at: at.toISOString(), kind: fact.kind, event, amountMinor: fact.amountMinor, currency: fact.currency, reason: fact.reason, outcome })),
    debts: debts.map((debt) => ({ id: debt.id, amount: debt.amount.toString(), paidAmount: debt.paidAmount.toString(), createdAt: debt.createdAt.toISOString(), settledAt: debt.settledAt?.toISOString() ?? null })),
    transfers: transfers.map((each) => ({ ...each, amount: each.amount.toString(), createdAt: each.createdAt.toISOString() })),
  };
}
