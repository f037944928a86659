import { afterAll, beforeAll, expect, it } from "vitest";
import { ledgerCheckOutput, ledgerChecksOutput } from "#shared/billing/admin.ts";
import { newId } from "#shared/ids.ts";
import { readTotals } from "#server/http/health/repository.ts";
import { transact } from "#server/infra/runtime.ts";
import { checkHealth } from "#server/platform/health.ts";
import { getOverview } from "#server/platform/overview.ts";
import { makePerson } from "#server/testing/people.ts";
import { createTestRuntime, type TestRuntime } from "#server/testing/runtime.ts";
import { openCustomerAccount } from "./accounts.ts";
import { auditLedger } from "./check.ts";
import { reverse, transfer } from "./ledger.ts";
import { checkLedgerNightly, checkLedgerNow, listLedgerChecks } from "./ledger-checks.ts";
import { systemAccount } from "./system-accounts.ts";

let rt: TestRuntime;
let id: string;
let charge: string;
beforeAll(async () => {
  rt = await createTestRuntime();
  const at = rt.clock.now();
  id = await transact(rt, (tx) => openCustomerAccount(tx, rt, { organizationId: newId("organization"), welcome: 100n, at }));
  await transact(rt, (tx) => transfer(tx, { key: newId("event"), kind: "grant", from: systemAccount("promotion", id), to: id, amount: 50n, at }));
  charge = await transact(rt, async (tx) => (await transfer(tx, { key: newId("event"), kind: "usage", from: id, to: systemAccount("revenue", id), amount: 120n, at })).transfer.id);
  await transact(rt, (tx) => reverse(tx, { key: newId("event"), transferId: charge, amount: 5n, at }));
});
afterAll(() => rt.close());

/** What the audit finds while the change is there. */
async function tampered(table: string, change: string, undo: string): Promise<string[]> {
  const run = (text: string) => rt.db.exec(`alter table ${table} disable trigger user; ${text}; alter table ${table} enable trigger user`);
  await run(change);
  const findings = await auditLedger(rt);
  await run(undo);
  expect(await auditLedger(rt)).toEqual([]);
  return findings;
}

it("finds what is wrong with lots and reversals", async () => {
  const [lot] = await rt.db.prisma.creditLot.findMany({ where: { accountId: id, amount: 50n } });
  const lotId = lot?.id ?? "";
  expect(await tampered("credit_lot", `update credit_lot set remaining = remaining + 1 where id = '${lotId}'`, `update credit_lot set remaining = remaining - 1 where id = '${lotId}'`)).toEqual([
    `the balance is not what is left of the lots: ${id}`,
    `what is left of a lot is not what was not used: ${lotId}`,
  ]);
  expect(await tampered("credit_lot", `update credit_lot set amount = 51, remaining = remaining + 1 where id = '${lotId}'`, `update credit_lot set amount = 50, remaining = remaining - 1 where id = '${lotId}'`)).toContain(`a lot is not what its transfer brought: ${lotId}`);
  expect(await tampered("lot_use", `update lot_use set amount = amount + 1 where transfer_id = '${charge}' and lot_id = '${lotId}'`, `update lot_use set amount = amount - 1 where transfer_id = '${charge}' and lot_id = '${lotId}'`)).toContain(
    `a transfer's uses of lots are not its amount: ${charge}`,
  );
  const stranger = await transact(rt, (tx) => openCustomerAccount(tx, rt, { organizationId: newId("organization"), welcome: 0n, at: rt.clock.now() }));
  expect(await tampered("credit_lot", `update credit_lot set account_id = '${stranger}' where id = '${lotId}'`, `update credit_lot set account_id = '${id}' where id = '${lotId}'`)).toContain(`a lot is used by a transfer of another account: ${charge}`);
  const change = (amount: number) => `update transfer set amount = ${amount} where reverses_id = '${charge}'`;
  expect(await tampered("transfer", change(121), change(5))).toContain(`more was reversed than there was: ${charge}`);
});

it("runs once a night, keeps what it found, and shows it to administrators", async () => {
  rt.clock.set("2028-02-28T02:59:00Z");
  expect(ledgerCheckOutput.parse(await checkLedgerNightly(rt))).toMatchObject({ id: "lck_2028-02-27", findings: [] });
  expect(await checkLedgerNightly(rt)).toBeNull();
  rt.clock.set("2028-02-28T03:00:00Z");
  const [one, other] = await Promise.all([checkLedgerNightly(rt), checkLedgerNightly(rt)]);
  expect([one?.findings, other?.findings ?? []]).toEqual([[], []]);
  rt.clock.set("2028-02-29T02:00:00Z");
  expect(await checkLedgerNightly(rt)).toBeNull();
  expect(ledgerChecksOutput.parse(await listLedgerChecks(rt)).data.map((check) => check.id)).toEqual(["lck_2028-02-28", "lck_2028-02-27"]);
  expect((await getOverview(rt)).ledgerCheck).toEqual({ finishedAt: "2028-02-28T03:00:00.000Z", findings: [] });
  expect(await rt.db.prisma.event.count({ where: { type: "ledger.check.failed" } })).toBe(0);
});

it("raises an alarm for what it finds, until a later check finds nothing", async () => {
  const { actor } = await makePerson(rt, { platformRole: "admin" });
  rt.clock.set("2028-02-29T03:00:00Z");
  await rt.db.exec(`alter table ledger_account disable trigger user; update ledger_account set balance = balance + 1 where id = '${id}'; alter table ledger_account enable trigger user`);
  const findings = (await checkLedgerNightly(rt))?.findings ?? [];
  expect(findings).toContain("the sum over all accounts is not zero: 1");
  expect(await rt.db.prisma.event.findMany({ where: { type: "ledger.check.failed" } })).toMatchObject([{ subject: "lck_2028-02-29", organizationId: null, data: { findings } }]);
  expect((await readTotals(rt.db)).ledger).toEqual({ findings: findings.length, checkedAt: rt.clock.now() });
  await rt.db.exec(`alter table ledger_account disable trigger user; update ledger_account set balance = balance - 1 where id = '${id}'; alter table ledger_account enable trigger user`);
  const ledger = async () => (await checkHealth(rt)).checks.find((check) => check.name === "ledger")?.status;
  expect([await ledger(), (await getOverview(rt)).ledgerCheck?.findings]).toEqual(["fail", findings]);
  rt.clock.advance(60_000);
  expect((await checkLedgerNow(rt, actor)).findings).toEqual([]);
  expect([await ledger(), (await getOverview(rt)).ledgerCheck?.findings]).toEqual(["pass", []]);
  expect(await rt.db.prisma.auditEntry.count({ where: { action: "ledger.check", actorId: actor.userId } })).toBe(1);
});
