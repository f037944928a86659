import { newId } from "#shared/ids.ts";
import type { Tx } from "#server/infra/events.ts";
import { accountsOfCustomers } from "./account-repository.ts";
import { openClawbacks, updateClawback } from "./clawback-repository.ts";
import { callTransfer } from "./ledger-repository.ts";
import { systemAccount } from "./system-accounts.ts";

/**
 * Pays what an account's organization owes for payments that were taken back, the oldest first, out of what became available just now. Called by the ledger
 * wherever that happens, in that transaction: nothing else can spend it before. It is no part of ledger.ts, which announces the balance afterwards.
 * @param accountId any account; only customers owe
 * @param amount micro-credits that became available
 */
export async function payClawbacks(tx: Tx, accountId: string, amount: bigint, at: Date): Promise<void> {
  const open = await openClawbacks(tx, accountId);
  const [account] = open.length === 0 ? [] : await accountsOfCustomers(tx, [accountId]);
  if (!account) return;
  const free = account.balance - account.held;
  let left = amount < free ? amount : free;
  for (const clawback of open) {
    const owed = clawback.amount - clawback.paidAmount;
    const paid = owed < left ? owed : left;
    if (paid <= 0n) return;
    await callTransfer(
      tx,
      {
        key: `clawback:${clawback.id}:${clawback.paidAmount}`,
        kind: "adjustment",
        from: account.id,
        to: systemAccount("settlement", account.id),
        amount: paid,
        subject: { type: "clawback", id: clawback.id },
        description: "Paid back: a top-up whose payment was taken back",
        at,
      },
      newId("transfer"),
    );
    await updateClawback(tx, { ...clawback, paidAmount: clawback.paidAmount + paid }, at);
    left -= paid;
  }
}
