import { type BurnStep, runway } from "#shared/billing/runway.ts";
import type { SystemActor } from "#server/identity/actor.ts";
import { publish, type Tx } from "#server/infra/events.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { recordAudit } from "#server/platform/audit.ts";
import { graceEnd, LOW_THRESHOLD, spendableLots } from "./credits.ts";
import * as repository from "./low-balance-repository.ts";
import { comingBurns } from "./prices/coming-burn.ts";

const METERING: SystemActor = { kind: "system", name: "metering", requestId: "" };
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** A crossing is over when a tenth more than the threshold is left: at the edge of it nobody is told again and again. */
const REARM_TENTHS = 11;
/** The hour of what was told to start is kept for it for so long; what did not start by then, will not. */
const STARTING_MS = 10 * MINUTE_MS;
/** The alert of those who are exhausted: no hour is left. */
const EXHAUSTED = 0;

type Settings = Pick<Runtime["config"], "lowBalanceHours" | "creditsGraceMinutes">;

/** What an organization's credits have to reach for, and what was said of them. */
interface Standing extends repository.StandingRow {
  /** what is on costs this from later moments on, by prices that are scheduled */
  coming: readonly BurnStep[];
}

interface State {
  balance: bigint;
  held: bigint;
  owedRows: bigint;
  owedAmount: bigint;
}

/** How several organizations stand. What expires and which prices begin is looked at as far ahead as the highest threshold. */
export async function standingsOf(tx: Tx, settings: Settings, organizationIds: readonly string[], now: Date): Promise<Map<string, Standing>> {
  const until = new Date(now.getTime() + (Math.max(0, ...settings.lowBalanceHours) * HOUR_MS * REARM_TENTHS) / 10);
  const rows = await repository.readStandings(tx, organizationIds, until);
  const coming = await comingBurns(tx, new Map([...rows].map(([id, { burn }]) => [id, burn])), now, until);
  return new Map([...rows].map(([id, row]) => [id, { ...row, coming: coming.get(id) ?? [] }]));
}

/**
 * Says what has changed in how far the organization's credits reach, each step once, in the transaction that charged it: that they fall below a threshold, that they
 * are exhausted, that the grace after that is over and a resource is to be stopped, that one may start again, that all is well again.
 */
export async function announceStanding(tx: Tx, settings: Settings, organizationId: string, state: State, now: Date, standing?: Standing): Promise<void> {
  const own = standing ?? (await standingsOf(tx, settings, [organizationId], now)).get(organizationId);
  if (!own) return;
  const { burn, alerts } = own;
  const available = state.balance - state.held;
  const left = available > state.owedAmount ? available - state.owedAmount : 0n;
  await announceThresholds(tx, { organizationId, left, state, standing: own, hours: settings.lowBalanceHours, now });
  const since = alerts.get(EXHAUSTED);
  if (state.owedRows > 0n) {
    const begun = since ?? now;
    if (!since) await announceExhausted(tx, { organizationId, owed: state.owedAmount, stopsAt: graceEnd(now, settings), now });
    if (now >= graceEnd(begun, settings)) await announceStops(tx, organizationId, now);
  } else if (since) {
    await announceStarts(tx, { organizationId, left, burn, now });
  }
}

/** Hours count as long as the credits last: what expires unspent until then is of no use, and prices that begin until then count from then on. */
async function announceThresholds(
  tx: Tx,
  { organizationId, left, state, standing, hours, now }: { organizationId: string; left: bigint; state: State; standing: Standing; hours: readonly number[]; now: Date },
): Promise<void> {
  const { burn, alerts, coming } = standing;
  // While nothing is on, nothing is crossed, in neither direction.
  if (burn === 0n) return;
  const lots = standing.lots ? spendableLots({ lots: standing.lots, held: state.held, owed: state.owedAmount }) : [{ left, expiresAt: null }];
  const { endsAt, expiring } = runway(now.getTime(), lots, burn, coming);
  const lastsMs = endsAt === null ? Number.POSITIVE_INFINITY : endsAt - now.getTime();
  const unspent = expiring.reduce((sum, { amount }) => sum + amount, 0n);
  for (const threshold of hours) {
    if (lastsMs < threshold * HOUR_MS && !alerts.has(threshold)) {
      await repository.setAlert(tx, organizationId, threshold, now);
      const data = { available: left.toString(), hoursLeft: Math.floor((lastsMs * 100) / HOUR_MS) / 100, thresholdHours: threshold, ...(unspent > 0n ? { expiring: unspent.toString() } : {}) };
      await publish(tx, { type: "credits.low", subject: organizationId, organizationId, data, at: now });
    } else if (lastsMs * 10 >= threshold * HOUR_MS * REARM_TENTHS && alerts.has(threshold)) {
      await repository.clearAlert(tx, organizationId, threshold);
    }
  }
}

async function announceExhausted(tx: Tx, { organizationId, owed, stopsAt, now }: { organizationId: string; owed: bigint; stopsAt: Date; now: Date }): Promise<void> {
  const data = { owed: owed.toString(), stopsAt: stopsAt.toISOString() };
  await repository.setAlert(tx, organizationId, EXHAUSTED, now);
  await publish(tx, { type: "credits.exhausted", subject: organizationId, organizationId, data, at: now });
  await recordAudit(tx, METERING, { action: "credits.exhausted", subjectType: "organization", subjectId: organizationId, organizationId, after: data, at: now });
}

/** What runs, owes and was not announced since it came on. */
async function announceStops(tx: Tx, organizationId: string, now: Date): Promise<void> {
  for (const { owed, ...resource } of await repository.markToStop(tx, organizationId, now)) {
    await publish(tx, { type: "credits.stop.due", subject: resource.resourceId, organizationId, data: { ...resource, owed: owed.toString() }, at: now });
  }
}

/**
 * All is paid. What was stopped may start as far as an hour of it is covered besides an hour of what is on; the rest stays marked until more comes in. Until all of it
 * is covered the grace stays used up: somebody who pays what is owed each time, and no more, gets no new one.
 */
async function announceStarts(tx: Tx, { organizationId, left, burn, now }: { organizationId: string; left: bigint; burn: bigint; now: Date }): Promise<void> {
  let free = left - burn;
  if (free < 0n) return;
  let covered = true;
  const marked = await repository.markedToStop(tx, organizationId, new Date(now.getTime() - STARTING_MS));
  for (const { starting, pricePerHour } of marked) if (starting) free -= pricePerHour;
  for (const { on, starting, pricePerHour, ...resource } of marked) {
    if (starting) continue;
    const price = on ? 0n : pricePerHour;
    const needed = !on && price < LOW_THRESHOLD ? LOW_THRESHOLD : price;
    if (free < needed) {
      covered = false;
      continue;
    }
    free -= price;
    await repository.unmark(tx, resource.resourceId, now);
    await publish(tx, { type: "credits.start.due", subject: resource.resourceId, organizationId, data: resource, at: now });
  }
  if (!covered) return;
  await repository.clearAlert(tx, organizationId, EXHAUSTED);
  const data = { available: left.toString() };
  await publish(tx, { type: "credits.recovered", subject: organizationId, organizationId, data, at: now });
  await recordAudit(tx, METERING, { action: "credits.recovered", subjectType: "organization", subjectId: organizationId, organizationId, after: data, at: now });
}

/** Whether the resource is still to be stopped: credits that came in meanwhile call it off. */
export async function stopIsDue(tx: Tx, resourceId: string): Promise<boolean> {
  return repository.isMarked(tx, resourceId);
}
