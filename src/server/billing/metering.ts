import { inAdvance } from "#shared/billing/policy.ts";
import { newId } from "#shared/ids.ts";
import type { Tx } from "#server/infra/events.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";
import { lockCustomerAccount } from "./account-repository.ts";
import { announceBalance, expireLot } from "./ledger.ts";
import { lotsToExpire } from "./lot-repository.ts";
import { announceStanding } from "./low-balance.ts";
import { type Candidate, priceHours, selectDue, type UsageRow } from "./metering-plan.ts";
import * as repository from "./metering-repository.ts";
import { applyDuePrices } from "./prices/apply.ts";
import { systemAccount } from "./system-accounts.ts";

/** Usage rows in one transaction: it is over before a customer would notice. */
const BATCH = 200;
/** Timestamps are kept to the millisecond. */
const INSTANT_MS = 1;

export interface Charged {
  /** new usage rows */
  recorded: number;
  /** usage rows paid, new and owed ones */
  paid: number;
}

type Settings = Pick<Runtime["config"], "lowBalanceHours" | "creditsGraceMinutes">;

/**
 * Records and charges all hours of the organization's resources that are due by `now`, lets credits expire whose time is over, and collects what it owes, all in the
 * order of time: what was due before credits expired is paid first, what is due later afterwards. It can run at any time, anywhere, any number of times: the rows
 * follow from the spans alone.
 * @param options.wait false: null at once when another transaction has the account
 */
export async function chargeOrganization(rt: Runtime, organizationId: string, now: Date, options: { wait: boolean }): Promise<Charged | null> {
  const total: Charged = { recorded: 0, paid: 0 };
  for (let batch = 0; ; batch += 1) {
    // One that was begun is waited for.
    const step = await transact(rt, (tx) => chargeBatch(tx, rt.config, organizationId, now, options.wait || batch > 0));
    if (!step) return null;
    total.recorded += step.recorded;
    total.paid += step.paid;
    if (!step.more) return total;
  }
}

/** As much as fits into one transaction that is not long. */
async function chargeBatch(tx: Tx, settings: Settings, organizationId: string, now: Date, wait: boolean): Promise<(Charged & { more: boolean }) | null> {
  const account = await lockCustomerAccount(tx, organizationId, { wait });
  if (!account) return null;
  await applyDuePrices(tx, organizationId, now);
  const total: Charged = { recorded: 0, paid: 0 };
  const ended = Map.groupBy(await lotsToExpire(tx, account.id, now), (lot) => lot.expiresAt.getTime());
  for (const [time, lots] of ended) {
    const step = await chargeUntil(tx, { organizationId, accountId: account.id, until: new Date(time - INSTANT_MS), now });
    total.recorded += step.recorded;
    total.paid += step.paid;
    if (step.more) return { ...total, more: true };
    for (const lot of lots) await expireLot(tx, lot.id, now);
  }
  const last = await chargeUntil(tx, { organizationId, accountId: account.id, until: now, now });
  if (!last.more) await announceStanding(tx, settings, organizationId, last.collected, now);
  return { recorded: total.recorded + last.recorded, paid: total.paid + last.paid, more: last.more };
}

interface Stretch {
  organizationId: string;
  accountId: string;
  until: Date;
  now: Date;
}

async function chargeUntil(tx: Tx, { organizationId, accountId, until, now }: Stretch): Promise<Charged & { more: boolean; collected: repository.Collected }> {
  const { candidates, advanced, truncated } = selectDue(await repository.dueSpans(tx, organizationId, until, BATCH + 1), until, BATCH);
  const rows = await price(tx, candidates);
  const ids = Array.from({ length: rows.length || BATCH }, () => newId("transfer"));
  const revenueAccountId = systemAccount("revenue", accountId);
  const collected = await repository.chargeUsage(tx, { organizationId, revenueAccountId, rows, advanced, ids, until, at: now });
  const { recorded, paid } = collected;
  if (paid > 0) await announceBalance(tx, { organizationId, balance: collected.balance, held: collected.held }, now);
  return { recorded, paid, collected, more: truncated || (paid === ids.length && collected.owedRows > 0n) };
}

/** What the usual policy charges follows from the hours alone; others look at what was on, and at what the month has cost. */
async function price(tx: Tx, candidates: readonly Candidate[]): Promise<UsageRow[]> {
  const arrears = candidates.filter(({ span }) => !inAdvance(span.policy));
  const capped = candidates.filter(({ span }) => span.policy.monthlyCapHours !== null);
  const presence = arrears.length > 0 ? await repository.presenceOf(tx, arrears) : [];
  return priceHours(candidates, presence, capped.length > 0 ? await repository.chargedHours(tx, capped) : []);
}
