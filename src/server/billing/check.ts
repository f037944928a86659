import type { Runtime } from "#server/infra/runtime.ts";
import { findAccountFaults, findEntryFaults, findLotFaults, findRevenueFaults } from "./check-repository.ts";

/**
 * The ledger's invariants as far as the accounts show them: the sum is zero, no customer is below zero, `held` is the sum of the pending holds, and
 * each account stands where its newest transfer left it, its balance in its lots. Cheap enough for a health page. Answers what is wrong; nothing when all holds.
 */
export async function checkLedger(rt: Pick<Runtime, "db">): Promise<string[]> {
  return findAccountFaults(rt);
}

/**
 * `checkLedger`, and every transfer: balances and versions follow from the transfers without gaps, holds posted what was transferred, each usage row and its
 * transfer agree, lots were used as the transfers say, nothing was reversed beyond its amount, and the revenue report has summed what was booked. Reads the whole ledger.
 */
export async function auditLedger(rt: Pick<Runtime, "db">): Promise<string[]> {
  return [...(await findAccountFaults(rt)), ...(await findEntryFaults(rt)), ...(await findLotFaults(rt)), ...(await findRevenueFaults(rt))];
}
