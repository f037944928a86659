import { inAdvance } from "#shared/billing/policy.ts";
import { newId } from "#shared/ids.ts";
import { publishAll } from "#server/infra/events.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";
import { lockCustomerAccounts } from "./account-repository.ts";
import { accountsToExpire } from "./lot-repository.ts";
import { announceStanding, standingsOf } from "./low-balance.ts";
import type { Charged } from "./metering.ts";
import { priceHours, selectDue, type UsageRow } from "./metering-plan.ts";
import { type ChargeInput, chargeUsageOf, dueSpansOf } from "./metering-repository.ts";
import { pricesAreDue } from "./prices/apply.ts";
import { systemAccount } from "./system-accounts.ts";

/** Organizations in one transaction. */
export const GROUP = 10;
/** Spans of all of them. */
const SPANS = 500;

/**
 * Charges several organizations, as `chargeOrganization` does each, in one transaction and a handful of statements. Left out are those whose account another transaction
 * has, and those that need more than that: with credits that expire, other policies than the usual one, or too much that is due.
 * @param organizationIds whose charges go to one revenue account: groups of different ones don't wait for each other
 * @returns what was charged, and the organizations that were
 */
export async function chargeGroup(rt: Runtime, organizationIds: readonly string[], now: Date): Promise<Charged & { charged: ReadonlySet<string> }> {
  return transact(rt, async (tx) => {
    const accounts = await lockCustomerAccounts(tx, organizationIds);
    // Spans get new prices before they are charged: each organization on its own.
    if (await pricesAreDue(tx, now)) return { recorded: 0, paid: 0, charged: new Set<string>() };
    const expiring = await accountsToExpire(tx, accounts.map((account) => account.id), now);
    const spans = await dueSpansOf(tx, accounts.map((account) => account.organizationId), now, SPANS + 1);
    const spansOf = Map.groupBy(spans, (span) => span.organizationId);
    const inputs: ChargeInput[] = [];
    for (const { id, organizationId } of spans.length > SPANS ? [] : accounts) {
      const own = spansOf.get(organizationId) ?? [];
      if (expiring.has(id) || own.some(({ policy }) => !inAdvance(policy) || policy.monthlyCapHours !== null)) continue;
      const { candidates, advanced, truncated } = selectDue(own, now, SPANS);
      if (truncated) continue;
      const rows: UsageRow[] = priceHours(candidates, [], []);
      const ids = Array.from({ length: Math.max(rows.length, 1) }, () => newId("transfer"));
      inputs.push({ organizationId, revenueAccountId: systemAccount("revenue", id), rows, advanced, ids, until: now, at: now });
    }
    const results = await chargeUsageOf(tx, inputs);
    await publishAll(
      tx,
      results
        .filter(({ paid }) => paid > 0)
        .map(({ organizationId, balance, held }) => ({ type: "credits.changed" as const, subject: organizationId, organizationId, data: { balance: balance.toString(), held: held.toString() }, at: now })),
    );
    // Who owes more than was paid now is charged again, in full.
    const done = results.filter(({ owedRows, paid }) => owedRows === 0n || paid === 0);
    const standings = await standingsOf(tx, rt.config, done.map((each) => each.organizationId), now);
    for (const each of done) {
      const standing = standings.get(each.organizationId);
      if (standing) await announceStanding(tx, rt.config, each.organizationId, each, now, standing);
    }
    const total = (of: "recorded" | "paid") => results.reduce((sum, each) => sum + each[of], 0);
    return { recorded: total("recorded"), paid: total("paid"), charged: new Set(done.map((each) => each.organizationId)) };
  });
}
