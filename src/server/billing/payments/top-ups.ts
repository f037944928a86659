import type { z } from "zod";
import type { topUpCreatedOutput, topUpInput, topUpListInput, topUpListOutput, topUpOptionsOutput, topUpOutput } from "#shared/billing/top-ups.ts";
import { credits, formatCredits } from "#shared/credits.ts";
import { AppError, notFound } from "#shared/errors.ts";
import { isId, newId } from "#shared/ids.ts";
import type { MemberActor } from "#server/identity/actor.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";
import { recordAudit } from "#server/platform/audit.ts";
import { findAutoTopUp } from "./auto-top-up-repository.ts";
import { insertPaymentEvent } from "./inbox-repository.ts";
import { factOf } from "./payment-fact.ts";
import type { PaymentProvider } from "./provider.ts";
import { requireProvider } from "./providers.ts";
import { priceOf } from "./top-up-price.ts";
import { findTopUp, insertTopUp, listTopUps, type TopUpRow, updateTopUp } from "./top-up-repository.ts";

/** How long a checkout page stands open. */
const CHECKOUT_MS = 3_600_000;
const PRESETS = [10, 25, 50, 100] as const;

type Output = z.output<typeof topUpOutput>;

/** What a top-up costs here, and how large it may be. */
export function topUpOptions(rt: Runtime): z.output<typeof topUpOptionsOutput> {
  const { provider, currency, creditPriceMinor, minCredits, maxCredits } = rt.config.payments;
  const presets = PRESETS.filter((preset) => preset >= minCredits && preset <= maxCredits);
  return { provider, currency, creditPriceMinor, minimum: credits(minCredits).toString(), maximum: credits(maxCredits).toString(), presets: presets.map((preset) => credits(preset).toString()) };
}

/**
 * Begins a top-up: what it costs is fixed now, the payer goes on at the provider's page. Credits come when the provider's signed word does.
 * @throws AppError INVALID_REQUEST for an amount beyond the limits, SERVICE_UNAVAILABLE without a provider, or when it does not answer
 */
export async function createTopUp(rt: Runtime, actor: MemberActor, input: z.output<typeof topUpInput>): Promise<z.output<typeof topUpCreatedOutput>> {
  const provider = requireProvider(rt);
  const price = priceOf(rt.config.payments, BigInt(input.credits));
  const { organizationId } = actor;
  const at = rt.clock.now();
  const id = newId("topUp");
  const row = await transact(rt, async (tx) => {
    await recordAudit(tx, actor, { action: "topup.create", subjectType: "top_up", subjectId: id, organizationId, after: { credits: input.credits, amountMinor: price.amountMinor, currency: price.currency }, at });
    return insertTopUp(tx, { id, organizationId, userId: actor.userId, provider: provider.name, status: "created", ...price, createdAt: at });
  });
  const { providerRef, url } = await openCheckout(rt, provider, row, input.saveMethod);
  await transact(rt, (tx) => updateTopUp(tx, id, { providerRef, checkoutUrl: url, updatedAt: rt.clock.now() }));
  return { ...toTopUpOutput({ ...row, checkoutUrl: url }, at), checkoutUrl: url };
}

async function openCheckout(rt: Runtime, provider: PaymentProvider, topUp: TopUpRow, saveMethod: boolean): Promise<{ providerRef: string; url: string }> {
  const auto = await findAutoTopUp(rt, topUp.organizationId);
  const back = `${rt.config.publicUrl}/billing?topup=${topUp.id}`;
  try {
    return await provider.createCheckout({
      topUpId: topUp.id,
      description: `${formatCredits(topUp.credits, 0)} credits`,
      amountMinor: topUp.amountMinor,
      currency: topUp.currency,
      returnUrl: back,
      cancelUrl: back,
      saveMethod,
      customerRef: auto?.provider === provider.name ? auto.customerRef : null,
      expiresAt: new Date(topUp.createdAt.getTime() + CHECKOUT_MS),
    });
  } catch (error) {
    // Nobody has the page's address: it cannot be paid. Should there be one all the same and be paid, that counts.
    const at = rt.clock.now();
    const event = { id: `unopened:${topUp.id}`, type: "checkout.unopened", at, topUpId: topUp.id, orderId: null, paymentRef: null, fact: factOf("failed", { reason: "provider_unavailable" }) };
    await transact(rt, (tx) => insertPaymentEvent(tx, provider.name, event, at));
    rt.signals.send("payments");
    throw error;
  }
}

/** @throws AppError NOT_FOUND, also for another organization's */
export async function getTopUp(rt: Runtime, actor: Pick<MemberActor, "organizationId">, input: { id: string }): Promise<Output> {
  const row = await findTopUp(rt, actor.organizationId, input.id);
  if (!row) throw notFound("top-up");
  return toTopUpOutput(row, rt.clock.now());
}

/** The organization's top-ups, newest first. @throws AppError INVALID_REQUEST when the cursor is not one of ours */
export async function listTopUpsOf(rt: Runtime, actor: Pick<MemberActor, "organizationId">, input: z.output<typeof topUpListInput>): Promise<z.output<typeof topUpListOutput>> {
  if (input.cursor !== undefined && !isId("topUp", input.cursor)) throw new AppError("INVALID_REQUEST", undefined, { details: [{ field: "cursor", message: "is not one of this list" }] });
  const rows = await listTopUps(rt, actor.organizationId, input.cursor, input.limit + 1);
  const page = rows.slice(0, input.limit);
  const now = rt.clock.now();
  return { data: page.map((row) => toTopUpOutput(row, now)), nextCursor: rows.length > input.limit ? (page.at(-1)?.id ?? null) : null };
}

export function toTopUpOutput(row: TopUpRow, now: Date): Output {
  const { id, provider, currency, amountMinor, refundedMinor, receiptNumber, failure } = row;
  const open = row.status === "created" && now.getTime() < row.createdAt.getTime() + CHECKOUT_MS;
  return {
    id,
    provider,
    currency,
    amountMinor,
    refundedMinor,
    receiptNumber,
    failure,
    // The database allows these states alone.
    status: row.status as Output["status"],
    automatic: row.userId === null,
    credits: row.credits.toString(),
    checkoutUrl: open ? row.checkoutUrl : null,
    createdAt: row.createdAt.toISOString(),
    paidAt: row.paidAt?.toISOString() ?? null,
  };
}
