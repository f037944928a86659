import { newId } from "#shared/ids.ts";
import type { Tx } from "#server/infra/events.ts";
import { findCustomerAccount } from "../account-repository.ts";
import { clawbacksOf, insertClawback, updateClawback } from "../clawback-repository.ts";
import { reverse, transfer } from "../ledger.ts";
import { systemAccount } from "../system-accounts.ts";
import { broughtBy, type TopUpRow } from "./top-up-repository.ts";

const sum = (amounts: readonly bigint[]): bigint => amounts.reduce((all, amount) => all + amount, 0n);

/**
 * Sees to it that `wanted` micro-credits of the top-up are taken back: what is left of its lots now, the rest as a debt that is paid first out of what comes in. When
 * more was taken than is wanted, as after a dispute that was won, debts are forgiven first and the rest is given back. Repeated, it changes nothing.
 * @returns micro-credits taken back now; negative: given back
 */
export async function takeBackUpTo(tx: Tx, topUp: Pick<TopUpRow, "id" | "organizationId">, wanted: bigint, at: Date): Promise<bigint> {
  const taken = await takenBack(tx, topUp.id);
  if (wanted > taken) await take(tx, topUp, wanted - taken, at);
  if (wanted < taken) await giveBack(tx, topUp, taken - wanted, at);
  return wanted - taken;
}

/** What is taken back of a top-up, and what of that is owed still; in micro-credits. */
export async function takenBack(tx: Tx, topUpId: string): Promise<bigint> {
  const [first, ...again] = await broughtBy(tx, topUpId);
  if (!first) return 0n;
  const debts = await clawbacksOf(tx, topUpId);
  return sum([first, ...again].map((brought) => brought.reversed)) + sum(debts.map((debt) => debt.amount)) - sum(again.map((brought) => brought.amount));
}

async function take(tx: Tx, topUp: Pick<TopUpRow, "id" | "organizationId">, amount: bigint, at: Date): Promise<void> {
  let missing = amount;
  for (const brought of await broughtBy(tx, topUp.id)) {
    const left = brought.amount - brought.reversed;
    if (missing === 0n || left === 0n) continue;
    const reversal = await reverse(tx, {
      key: `topup-back:${brought.id}:${brought.reversed}`,
      transferId: brought.id,
      amount: left < missing ? left : missing,
      upTo: true,
      description: "Top-up taken back: its payment was refunded or disputed",
      at,
    });
    missing -= reversal?.transfer.amount ?? 0n;
  }
  if (missing > 0n) await insertClawback(tx, { id: newId("clawback"), organizationId: topUp.organizationId, topUpId: topUp.id, amount: missing, createdAt: at });
}

async function giveBack(tx: Tx, topUp: Pick<TopUpRow, "id" | "organizationId">, amount: bigint, at: Date): Promise<void> {
  let missing = amount;
  for (const debt of await clawbacksOf(tx, topUp.id)) {
    const owed = debt.amount - debt.paidAmount;
    const forgiven = owed < missing ? owed : missing;
    if (forgiven === 0n) continue;
    await updateClawback(tx, { ...debt, amount: debt.amount - forgiven }, at);
    missing -= forgiven;
  }
  if (missing === 0n) return;
  const account = await findCustomerAccount(tx, topUp.organizationId);
  if (!account) return;
  const times = (await broughtBy(tx, topUp.id)).length;
  await transfer(tx, {
    key: `topup-again:${topUp.id}:${times}`,
    kind: "topup",
    from: systemAccount("settlement", account.id),
    to: account.id,
    amount: missing,
    subject: { type: "top_up", id: topUp.id },
    description: "Top-up given back: its payment stands",
    at,
  });
}
