import { afterAll, beforeAll, expect, it } from "vitest";
import { newId } from "#shared/ids.ts";
import { transact } from "#server/infra/runtime.ts";
import { createTestRuntime, type TestRuntime } from "#server/testing/runtime.ts";
import { openCustomerAccount } from "./accounts.ts";
import { auditLedger } from "./check.ts";
import { hold, transfer } from "./ledger.ts";
import { systemAccount } from "./system-accounts.ts";

/** What the database refuses, whoever asks: by hand, past every function. */
let rt: TestRuntime;
let id: string;
let lotId: string;
let charge: string;
beforeAll(async () => {
  rt = await createTestRuntime();
  const at = rt.clock.now();
  id = await transact(rt, (tx) => openCustomerAccount(tx, rt, { organizationId: newId("organization"), welcome: 100n, at }));
  charge = await transact(rt, async (tx) => (await transfer(tx, { key: newId("event"), kind: "usage", from: id, to: systemAccount("revenue", id), amount: 30n, at })).transfer.id);
  await transact(rt, (tx) => hold(tx, { key: newId("event"), accountId: id, amount: 1n, subject: { type: "vm", id: "vm_1" }, at }));
  lotId = (await rt.db.prisma.creditLot.findFirstOrThrow({ where: { accountId: id } })).id;
});
afterAll(async () => {
  expect(await auditLedger(rt)).toEqual([]);
  await rt.close();
});

const refused = async (text: string, code: string): Promise<void> => void (await expect(rt.db.query({ text }), text).rejects.toMatchObject({ code }));

it("changing, deleting or making a lot or a use of one", async () => {
  for (const text of [
    "update credit_lot set remaining = remaining + 1",
    "update credit_lot set expires_at = now()",
    "update credit_lot set category = 'paid'",
    "delete from credit_lot",
    "truncate credit_lot cascade",
    "update lot_use set amount = 1",
    "delete from lot_use",
    "truncate lot_use",
    `insert into lot_use (transfer_id, lot_id, amount) values ('${charge}', '${lotId}', 1)`,
    `insert into credit_lot (id, account_id, transfer_id, category, amount, remaining, created_at) values ('lot_x', '${id}', '${charge}', 'paid', 30, 30, now())`,
  ]) {
    await refused(text, "SY403");
  }
  const grant = (await rt.db.prisma.creditLot.findUniqueOrThrow({ where: { id: lotId } })).transferId;
  await refused(`insert into credit_lot (id, account_id, transfer_id, category, amount, remaining, created_at) values ('lot_x', '${id}', '${grant}', 'paid', 100, 100, now())`, "23505");
});

it("a lot that is overdrawn, over its amount or out of order, even with the guards taken away", async () => {
  await rt.db.exec("alter table credit_lot disable trigger user");
  try {
    for (const set of ["remaining = -1", "remaining = amount + 1", "open = false", "category = 'other'", "priority = 101", "amount = 0"]) await refused(`update credit_lot set ${set} where id = '${lotId}'`, "23514");
  } finally {
    await rt.db.exec("alter table credit_lot enable trigger user");
  }
});

/** A transfer by hand that follows from the balances. */
async function byHand(values: { kind: string; from: string; to: string; amount: number; reverses?: string; subject?: [string, string] }): Promise<string> {
  const accounts = await rt.db.prisma.ledgerAccount.findMany({ where: { id: { in: [values.from, values.to] } } });
  const [from, to] = [values.from, values.to].map((account) => accounts.find((one) => one.id === account));
  if (!from || !to) throw new Error("no such account");
  const text = (value: string | undefined): string => (value === undefined ? "null" : `'${value}'`);
  return `insert into transfer (id, idempotency_key, kind, from_account_id, to_account_id, amount, from_balance_after, from_version, to_balance_after, to_version, reverses_id, subject_type, subject_id, created_at)
    values ('${newId("transfer")}', '${newId("event")}', '${values.kind}', '${from.id}', '${to.id}', ${values.amount}, ${from.balance - BigInt(values.amount)}, ${from.version + 1n},
    ${to.balance + BigInt(values.amount)}, ${to.version + 1n}, ${text(values.reverses)}, ${text(values.subject?.[0])}, ${text(values.subject?.[1])}, now())`;
}

it("a reversal beyond its transfer, of another way, of another account, or of nothing", async () => {
  const revenue = systemAccount("revenue", id);
  const back = { kind: "reversal", from: revenue, to: id, reverses: charge };
  await refused(await byHand({ ...back, amount: 31 }), "SY416");
  await refused(await byHand({ ...back, amount: 10, from: id, to: revenue }), "SY409");
  await refused(await byHand({ ...back, amount: 10, from: "acc_promotion_00" }), "SY409");
  await refused(await byHand({ kind: "reversal", from: revenue, to: id, amount: 10 }), "23514");
  await refused(await byHand({ ...back, kind: "grant", amount: 10 }), "23514");
  await refused(await byHand({ ...back, amount: 10, reverses: "trf_none" }), "23503");
});

it("an expiry of a lot that has no end, or of none", async () => {
  const expiry = { kind: "expiry", from: id, to: systemAccount("promotion", id), amount: 10 };
  await refused(await byHand({ ...expiry, subject: ["credit_lot", lotId] }), "SY402");
  await refused(await byHand({ ...expiry, subject: ["credit_lot", "lot_none"] }), "SY402");
  await refused(await byHand(expiry), "23514");
});

it("a hold that expires without a time, before it, or changes its time", async () => {
  await refused("update hold set status = 'expired', resolved_at = now() where status = 'pending'", "23514");
  await refused("update hold set status = 'voided', resolved_at = now(), expires_at = now() + interval '1 day' where status = 'pending'", "SY403");
});

it("amounts that are not above zero, and kinds that have functions of their own", async () => {
  for (const amount of ["0", "-1", "null::bigint"]) await refused(`select ledger_reverse('${newId("transfer")}', '${newId("event")}', '${charge}', ${amount}, false, '', null, now())`, "SY400");
  for (const kind of ["reversal", "expiry"]) await refused(`select ledger_transfer('${newId("transfer")}', '${newId("event")}', '${kind}', '${id}', 'acc_revenue_00', 1, null, null, '', null, now())`, "SY400");
});
