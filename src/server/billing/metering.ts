import { newId } from "#shared/ids.ts";
import { publish, type Tx } from "#server/infra/events.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";
import { lockCustomerAccount } from "./account-repository.ts";
import { announceBalance } from "./ledger.ts";
import { planCharges } from "./metering-plan.ts";
import * as repository from "./metering-repository.ts";
import { systemAccount } from "./system-accounts.ts";

/** Usage rows in one transaction. */
const BATCH = 500;
/** `credits.low` is said when less than this is left at the present burn. */
const LOW_HOURS = 24n;

export interface Charged {
  /** new usage rows */
  recorded: number;
  /** usage rows paid, new and owed ones */
  paid: number;
}

/**
 * Records and charges all hours of the organization's resources that have begun by `now`, and collects what it owes. It can run at any time, anywhere, any
 * number of times: the rows follow from the spans alone.
 * @param options.wait false: null at once when another transaction has the account
 */
export async function chargeOrganization(rt: Runtime, organizationId: string, now: Date, options: { wait: boolean }): Promise<Charged | null> {
  const total: Charged = { recorded: 0, paid: 0 };
  for (;;) {
    const step = await transact(rt, (tx) => chargeBatch(tx, organizationId, now, options.wait));
    if (!step) return null;
    total.recorded += step.recorded;
    total.paid += step.paid;
    if (!step.more) return total;
  }
}

async function chargeBatch(tx: Tx, organizationId: string, now: Date, wait: boolean): Promise<(Charged & { more: boolean }) | null> {
  const account = await lockCustomerAccount(tx, organizationId, { wait });
  if (!account) return null;
  const spans = await repository.dueSpans(tx, organizationId, now, BATCH);
  const plan = planCharges(spans, now, BATCH);
  const recorded = spans.length > 0 ? await repository.recordUsage(tx, organizationId, plan, now) : 0;
  const ids = Array.from({ length: plan.rows.length || BATCH }, () => newId("transfer"));
  const collected = await repository.collectUsage(tx, organizationId, systemAccount("revenue", account.id), ids, now);
  if (!collected) return null;
  if (collected.paid > 0) await announceBalance(tx, { organizationId, balance: collected.balance, held: collected.held }, now);
  const more = plan.truncated || spans.length === BATCH || (collected.paid === ids.length && collected.owedRows > 0n);
  if (!more) await announceStanding(tx, organizationId, collected, now);
  return { recorded, paid: collected.paid, more };
}

/** Says, once for each crossing, that credits run low, and, once for each resource, that they no longer suffice. */
async function announceStanding(tx: Tx, organizationId: string, collected: repository.Collected, now: Date): Promise<void> {
  const standing = await repository.readStanding(tx, organizationId);
  if (collected.owedRows > 0n) {
    for (const { owed, ...resource } of await repository.markExhausted(tx, organizationId, now)) {
      await publish(tx, { type: "credits.exhausted", subject: resource.resourceId, organizationId, data: { ...resource, owed: owed.toString() }, at: now });
    }
  } else if (standing.exhausted) {
    await repository.clearExhausted(tx, organizationId);
  }
  const available = collected.balance - collected.held;
  const low = standing.burn > 0n && available < standing.burn * LOW_HOURS;
  if (low && !standing.low) {
    await repository.setLowAlert(tx, organizationId, now);
    const hoursLeft = Number((available * 100n) / standing.burn) / 100;
    await publish(tx, { type: "credits.low", subject: organizationId, organizationId, data: { available: available.toString(), hoursLeft }, at: now });
  } else if (!low && standing.low) {
    await repository.clearLowAlert(tx, organizationId);
  }
}
