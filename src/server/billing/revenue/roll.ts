import { type Runtime, transact } from "#server/infra/runtime.ts";
import { callRoll } from "./revenue-repository.ts";

/** Transfers of each system account that are summed in one transaction: below two seconds where all are busy. */
const MOST = 4_000;

/**
 * Brings the report's sums up to the ledger. Any number of processes may call it at once: each transfer is summed once.
 * @param rounds transactions at most; what is left then is for the next call. Absent: until nothing is left
 * @returns whether the sums are as the ledger was at some moment of the call
 */
export async function rollRevenue(rt: Runtime, rounds = Number.POSITIVE_INFINITY): Promise<boolean> {
  for (let round = 0; round < rounds; round += 1) {
    if ((await transact(rt, (tx) => callRoll(tx, MOST))) === 0n) return true;
  }
  return false;
}
