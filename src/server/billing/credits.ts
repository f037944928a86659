import type { z } from "zod";
import type { balanceOutput } from "#shared/billing/schema.ts";
import { credits } from "#shared/credits.ts";
import { AppError, notFound } from "#shared/errors.ts";
import type { MemberActor } from "#server/identity/actor.ts";
import type { Tx } from "#server/infra/events.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { readBalance, readBalanceIn } from "./account-repository.ts";

/** Micro-credits that must be available before anything new is created or started. */
export const LOW_THRESHOLD = credits(1);

const HOUR_MS = 3_600_000;
/** Runways beyond this are as good as endless. */
const HORIZON_MS = 100 * 365 * 24 * HOUR_MS;

/** What the organization can spend: its balance less what is held. Zero without an account. */
export async function availableCredits(rt: Runtime, organizationId: string): Promise<bigint> {
  const row = await readBalance(rt, organizationId);
  return row ? row.balance - row.held : 0n;
}

/** When `available` reaches zero at this burn; null when it does not within a hundred years. */
export function runsOutAt(now: Date, available: bigint, burnPerHour: bigint): Date | null {
  if (burnPerHour <= 0n) return null;
  const ms = (available * BigInt(HOUR_MS)) / burnPerHour;
  return ms > BigInt(HORIZON_MS) ? null : new Date(now.getTime() + Math.max(0, Number(ms)));
}

/** The organization's balance, its burn rate and when the credits run out. */
export async function getBalance(rt: Runtime, actor: Pick<MemberActor, "organizationId">): Promise<z.output<typeof balanceOutput>> {
  const row = await readBalance(rt, actor.organizationId);
  if (!row) throw notFound("account");
  const available = row.balance - row.held;
  return {
    balance: row.balance.toString(),
    held: row.held.toString(),
    available: available.toString(),
    burnPerHour: row.burn.toString(),
    runsOutAt: runsOutAt(rt.clock.now(), available, row.burn)?.toISOString() ?? null,
    lowThreshold: LOW_THRESHOLD.toString(),
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
  const available = row ? row.balance - row.held - row.owed : 0n;
  const needed = input.needed > LOW_THRESHOLD ? input.needed : LOW_THRESHOLD;
  if (available < needed) throw new AppError("INSUFFICIENT_CREDITS", undefined, { needed: needed.toString(), available: (available > 0n ? available : 0n).toString() });
}
