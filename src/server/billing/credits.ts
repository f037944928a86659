import type { z } from "zod";
import type { balanceOutput } from "#shared/billing/schema.ts";
import { type BurnStep, runway, type Runway, type RunwayLot, take } from "#shared/billing/runway.ts";
import { credits } from "#shared/credits.ts";
import { AppError, notFound } from "#shared/errors.ts";
import type { MemberActor } from "#server/identity/actor.ts";
import type { Tx } from "#server/infra/events.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { type BalanceParts, type BalanceRow, readBalance, readBalanceIn } from "./account-repository.ts";
import { comingBurns } from "./prices/coming-burn.ts";

/** Micro-credits that must be available before anything new is created or started. */
export const LOW_THRESHOLD = credits(1);
const MINUTE_MS = 60_000;
/** Nobody schedules prices beyond this. */
const SCHEDULED_MS = 10 * 366 * 24 * 60 * MINUTE_MS;

/** Until when what was announced as exhausted goes on. */
export function graceEnd(since: Date, settings: Pick<Runtime["config"], "creditsGraceMinutes">): Date {
  return new Date(since.getTime() + settings.creditsGraceMinutes * MINUTE_MS);
}

/** What the organization can spend: its balance less what is held. Zero without an account. */
export async function availableCredits(rt: Runtime, organizationId: string): Promise<bigint> {
  const row = await readBalance(rt, organizationId);
  return row ? row.balance - row.held : 0n;
}

/** What the hours to come can be paid with: available credits less what is owed for hours past. */
export function spendable(row: BalanceRow): bigint {
  const left = row.balance - row.held - row.owed;
  return left > 0n ? left : 0n;
}

/** What can be spent of each lot, in the order of spending: what is held and what is owed is taken from the first. */
export function spendableLots(row: Pick<BalanceParts, "lots" | "held" | "owed">): RunwayLot[] {
  const lots = row.lots.map(({ left, expiresAt }): RunwayLot => ({ left: BigInt(left), expiresAt: expiresAt === null ? null : Date.parse(expiresAt) }));
  take(lots, row.held + row.owed);
  return lots.filter(({ left }) => left > 0n);
}

/** How far the credits reach with what is on now, at its present prices and those that are scheduled. */
export async function runwayOf(rt: Runtime, organizationId: string, row: BalanceParts): Promise<{ way: Runway; coming: readonly BurnStep[] }> {
  const now = rt.clock.now();
  const coming = (await comingBurns(rt.db.prisma, new Map([[organizationId, row.burn]]), now, new Date(now.getTime() + SCHEDULED_MS))).get(organizationId) ?? [];
  return { way: runway(now.getTime(), spendableLots(row), row.burn, coming), coming };
}

/** The organization's balance, its burn rate and when the credits run out. */
export async function getBalance(rt: Runtime, actor: Pick<MemberActor, "organizationId">): Promise<z.output<typeof balanceOutput>> {
  const row = await readBalance(rt, actor.organizationId);
  if (!row) throw notFound("account");
  const { endsAt } = (await runwayOf(rt, actor.organizationId, row)).way;
  return {
    balance: row.balance.toString(),
    held: row.held.toString(),
    available: (row.balance - row.held).toString(),
    burnPerHour: row.burn.toString(),
    runsOutAt: endsAt === null ? null : new Date(endsAt).toISOString(),
    lowThreshold: LOW_THRESHOLD.toString(),
    paid: row.paid.toString(),
    promotional: row.promotional.toString(),
    nextExpiry: row.expiresAt && row.expiring !== null ? { at: row.expiresAt.toISOString(), amount: row.expiring.toString() } : null,
    owed: row.owed.toString(),
    stopsAt: row.exhaustedSince && graceEnd(row.exhaustedSince, rt.config).toISOString(),
  };
}

/**
 * Refuses to create or start something when the credits left, less what is owed, are below its first hour or the low threshold.
 * The hold that follows is what counts; this says it before anything is begun.
 * @param input.needed micro-credits
 * @throws AppError INSUFFICIENT_CREDITS
 */
export async function requireCreditsFor(tx: Tx, input: { organizationId: string; needed: bigint }): Promise<void> {
  const row = await readBalanceIn(tx, input.organizationId);
  const available = row ? spendable(row) : 0n;
  const needed = input.needed > LOW_THRESHOLD ? input.needed : LOW_THRESHOLD;
  if (available < needed) throw new AppError("INSUFFICIENT_CREDITS", undefined, { needed: needed.toString(), available: available.toString() });
}
