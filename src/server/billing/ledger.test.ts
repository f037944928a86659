import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newId } from "#shared/ids.ts";
import { transact } from "#server/infra/runtime.ts";
import { createTestRuntime, type TestRuntime } from "#server/testing/runtime.ts";
import { openCustomerAccount } from "./accounts.ts";
import { auditLedger } from "./check.ts";
import { hold, postHold, transfer, transferAlone, voidHold } from "./ledger.ts";
import type { TransferInput } from "./ledger-repository.ts";
import { systemAccount } from "./system-accounts.ts";

let rt: TestRuntime;
beforeAll(async () => void (rt = await createTestRuntime()));
afterAll(async () => {
  expect(await auditLedger(rt)).toEqual([]);
  await rt.close();
});

async function customer(welcome: bigint): Promise<{ id: string; organizationId: string }> {
  const organizationId = newId("organization");
  const id = await transact(rt, (tx) => openCustomerAccount(tx, rt, { organizationId, welcome, at: rt.clock.now() }));
  return { id, organizationId };
}

function spend(from: string, amount: bigint, key: string = newId("event")): TransferInput {
  return { key, kind: "usage", from, to: systemAccount("revenue", from), amount, subject: { type: "vm", id: "vm_1" }, at: rt.clock.now() };
}

async function account(id: string): Promise<{ balance: bigint; held: bigint; version: bigint }> {
  return rt.db.prisma.ledgerAccount.findUniqueOrThrow({ where: { id }, select: { balance: true, held: true, version: true } });
}

const move = (input: TransferInput) => transact(rt, (tx) => transfer(tx, input));

async function makeHold(accountId: string, amount: bigint, key: string = newId("event")) {
  return transact(rt, (tx) => hold(tx, { key, accountId, amount, subject: { type: "vm", id: "vm_1" }, at: rt.clock.now() }));
}

async function post(holdId: string, accountId: string, amounts: bigint[], key = holdId) {
  return transact(rt, (tx) =>
    postHold(tx, { holdId, kind: "usage", to: systemAccount("revenue", accountId), parts: amounts.map((amount, nth) => ({ key: `${key}:${nth}`, amount })), subject: { type: "vm", id: "vm_1" }, at: rt.clock.now() }),
  );
}

describe("transfer", () => {
  it("moves credits, states both balances and versions, and announces the new balance", async () => {
    const { id, organizationId } = await customer(100n);
    const { transfer: row, repeated } = await move(spend(id, 30n));
    expect(repeated).toBe(false);
    expect(row).toMatchObject({ amount: 30n, fromBalanceAfter: 70n, fromVersion: 2n, createdAt: rt.clock.now() });
    expect(await account(id)).toEqual({ balance: 70n, held: 0n, version: 2n });
    const events = await rt.db.prisma.event.findMany({ where: { organizationId }, orderBy: { seq: "asc" } });
    expect(events.map((event) => [event.type, event.data])).toEqual([
      ["credits.changed", { balance: "100", held: "0" }],
      ["credits.changed", { balance: "70", held: "0" }],
    ]);
  });

  it("answers a repetition with the first result, also when the balance would no longer suffice", async () => {
    const { id } = await customer(100n);
    const input = spend(id, 80n);
    const first = await move(input);
    expect(await move(input)).toEqual({ transfer: first.transfer, repeated: true });
    expect(await transferAlone(rt, input)).toEqual(first.transfer);
    expect(await account(id)).toMatchObject({ balance: 20n, version: 2n });
  });

  it.each<[string, Partial<TransferInput>]>([
    ["amount", { amount: 81n }],
    ["kind", { kind: "adjustment" }],
    ["subject", { subject: { type: "vm", id: "vm_2" } }],
    ["description", { description: "other" }],
  ])("refuses a key that comes back with another %s", async (_, change) => {
    const { id } = await customer(100n);
    const input = spend(id, 80n);
    await move(input);
    await expect(move({ ...input, ...change })).rejects.toMatchObject({ code: "CONFLICT" });
    await expect(transferAlone(rt, { ...input, ...change })).rejects.toMatchObject({ code: "CONFLICT" });
  });

  it("refuses a key that comes back from another account", async () => {
    const [one, other] = [await customer(100n), await customer(100n)];
    await move(spend(one.id, 5n, `shared:${one.id}`));
    await expect(move(spend(other.id, 5n, `shared:${one.id}`))).rejects.toMatchObject({ code: "CONFLICT" });
    expect(await account(other.id)).toMatchObject({ balance: 100n });
  });

  it("refuses what is not covered, held credits included, and says what is missing", async () => {
    const { id } = await customer(100n);
    await makeHold(id, 60n);
    await expect(move(spend(id, 41n))).rejects.toMatchObject({ code: "INSUFFICIENT_CREDITS", extras: { needed: "41", available: "40" } });
    await expect(transferAlone(rt, spend(id, 41n))).rejects.toMatchObject({ code: "INSUFFICIENT_CREDITS", extras: { needed: "41", available: "40" } });
    await move(spend(id, 40n));
    expect(await account(id)).toMatchObject({ balance: 60n, held: 60n });
  });

  it.each([
    ["zero", 0n],
    ["negative", -1n],
    // A provider's sentinel price of -1 minted credits elsewhere (elizaOS/eliza#22681).
    ["the sentinel price", -1_000_000n],
    ["beyond 64 bits", 2n ** 63n],
    ["a fraction", 0.5 as unknown as bigint],
    ["a number", 5 as unknown as bigint],
    ["not a number", Number.NaN as unknown as bigint],
  ])("refuses an amount that is %s", async (_, amount) => {
    const { id } = await customer(100n);
    for (const call of [() => move(spend(id, amount)), () => transferAlone(rt, spend(id, amount)), () => makeHold(id, amount)]) await expect(call()).rejects.toMatchObject({ code: "INVALID_REQUEST" });
    expect(await account(id)).toEqual({ balance: 100n, held: 0n, version: 1n });
  });

  it("refuses a balance beyond 64 bits", async () => {
    const { id } = await customer(100n);
    const grant = { ...spend(id, 2n ** 63n - 1n), kind: "grant", from: systemAccount("promotion", id), to: id } as const;
    await expect(move(grant)).rejects.toMatchObject({ code: "INVALID_REQUEST" });
  });

  it("refuses unknown accounts and an account as its own counterpart", async () => {
    const { id } = await customer(100n);
    await expect(move({ ...spend(id, 1n), to: newId("ledgerAccount") })).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(move({ ...spend(id, 1n), from: newId("ledgerAccount") })).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(move({ ...spend(id, 1n), to: id })).rejects.toMatchObject({ code: "INVALID_REQUEST" });
  });

  it("leaves nothing of a transaction that fails later", async () => {
    const { id } = await customer(100n);
    await expect(
      transact(rt, async (tx) => {
        await transfer(tx, spend(id, 10n));
        throw new Error("afterwards");
      }),
    ).rejects.toThrow("afterwards");
    expect(await account(id)).toMatchObject({ balance: 100n, version: 1n });
  });

  it("opens one account for an organization", async () => {
    const { organizationId } = await customer(0n);
    await expect(transact(rt, (tx) => openCustomerAccount(tx, rt, { organizationId, welcome: 5n, at: rt.clock.now() }))).rejects.toThrow();
  });
});

describe("hold", () => {
  it("reserves, posts in parts and gives the rest back", async () => {
    const { id } = await customer(100n);
    const held = await makeHold(id, 60n);
    expect(await account(id)).toMatchObject({ balance: 100n, held: 60n });
    const rows = await post(held.id, id, [10n, 25n]);
    expect(rows.map((row) => [row.amount, row.fromBalanceAfter, row.holdId])).toEqual([
      [10n, 90n, held.id],
      [25n, 65n, held.id],
    ]);
    expect(await account(id)).toEqual({ balance: 65n, held: 0n, version: 3n });
  });

  it("can be posted when it is all the account has", async () => {
    const { id } = await customer(100n);
    const held = await makeHold(id, 100n);
    await post(held.id, id, [100n]);
    expect(await account(id)).toMatchObject({ balance: 0n, held: 0n });
  });

  it("is resolved once: a repetition is answered, anything else refused", async () => {
    const { id } = await customer(100n);
    const held = await makeHold(id, 60n, `hold:${id}`);
    expect(await makeHold(id, 60n, `hold:${id}`)).toEqual(held);
    await expect(makeHold(id, 61n, `hold:${id}`)).rejects.toMatchObject({ code: "CONFLICT" });
    const posted = await post(held.id, id, [20n, 30n]);
    expect(await post(held.id, id, [20n, 30n])).toEqual(posted);
    await expect(post(held.id, id, [20n])).rejects.toMatchObject({ code: "CONFLICT" });
    await expect(post(held.id, id, [20n, 31n])).rejects.toMatchObject({ code: "CONFLICT" });
    await expect(post(held.id, id, [10n], "again")).rejects.toMatchObject({ code: "CONFLICT" });
    await expect(transact(rt, (tx) => voidHold(tx, held.id, rt.clock.now()))).rejects.toMatchObject({ code: "CONFLICT" });
    expect(await account(id)).toMatchObject({ balance: 50n, held: 0n });
  });

  it("is given back once, and not posted afterwards", async () => {
    const { id } = await customer(100n);
    const held = await makeHold(id, 60n);
    const voided = await transact(rt, (tx) => voidHold(tx, held.id, rt.clock.now()));
    expect(voided).toMatchObject({ status: "voided", postedAmount: 0n });
    expect(await transact(rt, (tx) => voidHold(tx, held.id, rt.clock.now()))).toEqual(voided);
    await expect(post(held.id, id, [1n])).rejects.toMatchObject({ code: "CONFLICT" });
    expect(await account(id)).toMatchObject({ balance: 100n, held: 0n });
  });

  it("is not posted beyond its amount, nor by parts that are not above zero", async () => {
    const { id } = await customer(100n);
    const held = await makeHold(id, 60n);
    for (const parts of [[61n], [60n, 1n], [2n ** 62n, 2n ** 62n], [61n, -1n], [0n], []]) await expect(post(held.id, id, parts)).rejects.toMatchObject({ code: "INVALID_REQUEST" });
    expect(await account(id)).toMatchObject({ balance: 100n, held: 60n });
  });

  it("is refused beyond what is available, on a system account and for what does not exist", async () => {
    const { id } = await customer(100n);
    await makeHold(id, 60n);
    await expect(makeHold(id, 41n)).rejects.toMatchObject({ code: "INSUFFICIENT_CREDITS", extras: { needed: "41", available: "40" } });
    await expect(makeHold("acc_promotion_00", 1n)).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(post(newId("hold"), id, [1n])).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(transact(rt, (tx) => voidHold(tx, newId("hold"), rt.clock.now()))).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  it("does not take the key of another transfer", async () => {
    const { id } = await customer(100n);
    const held = await makeHold(id, 60n);
    await move(spend(id, 1n, `${held.id}:0`));
    await expect(post(held.id, id, [5n])).rejects.toMatchObject({ code: "CONFLICT" });
    expect(await account(id)).toMatchObject({ balance: 99n, held: 60n });
  });
});

describe("the database refuses, whoever asks", () => {
  const refused = async (text: string, code: string): Promise<void> => {
    await expect(rt.db.query({ text }), text).rejects.toMatchObject({ code });
  };

  it("changing or deleting what was written", async () => {
    const { id } = await customer(100n);
    const held = await makeHold(id, 10n);
    await post(held.id, id, [10n]);
    await makeHold(id, 1n);
    for (const text of [
      "update transfer set amount = 1",
      "update transfer set description = 'x'",
      "delete from transfer",
      "truncate transfer cascade",
      "delete from hold",
      "truncate hold cascade",
      "update hold set amount = 2 where status = 'pending'",
      "delete from ledger_account",
      "truncate ledger_account cascade",
      "truncate usage_record",
    ]) {
      await refused(text, "SY403");
    }
    await refused(`update hold set status = 'voided', posted_amount = 0 where id = '${held.id}'`, "SY409");
  });

  it("editing a balance, and opening an account that is not empty", async () => {
    const { id } = await customer(100n);
    for (const set of ["balance = balance + 1", "balance = -1", "held = 0", "version = 7", "organization_id = 'org_x'"]) await refused(`update ledger_account set ${set} where id = '${id}'`, "SY403");
    await refused("insert into ledger_account (id, organization_id, kind, balance, created_at) values ('acc_x', 'org_x', 'customer', 5, now())", "SY403");
    await refused("insert into ledger_account (id, kind, shard, created_at) values ('acc_x', 'revenue', 3, now())", "23514");
    await refused("insert into ledger_account (id, kind, created_at) values ('acc_x', 'customer', now())", "23514");
    await refused("insert into ledger_account (id, kind, created_at) values ('acc_x', 'other', now())", "23514");
    await refused("insert into ledger_account (id, kind, shard, created_at) values ('acc_revenue_16', 'revenue', 16, now())", "23514");
    await refused("insert into ledger_account (id, organization_id, kind, created_at) values ('acc_revenue_99', 'org_x', 'customer', now())", "23514");
  });

  it("a customer below zero, even with the guard against edits taken away", async () => {
    const { id } = await customer(100n);
    await rt.db.exec("alter table ledger_account disable trigger ledger_account_indirect");
    try {
      await refused(`update ledger_account set balance = -1 where id = '${id}'`, "23514");
      await refused(`update ledger_account set held = 101 where id = '${id}'`, "23514");
      await refused(`update ledger_account set held = -1 where id = '${id}'`, "23514");
      // What it is stays, also for triggers that are not those of transfers and holds.
      for (const set of ["id = 'acc_y'", "kind = 'revenue'", "organization_id = 'org_y'", "shard = 1"]) await refused(`update ledger_account set ${set} where id = '${id}'`, "SY403");
    } finally {
      await rt.db.exec("alter table ledger_account enable trigger ledger_account_indirect");
    }
  });

  it("a transfer by hand that does not follow from the balances, is not positive or goes to its own account", async () => {
    const { id } = await customer(100n);
    const insert = (amount: number, from: string, to: string, fromAfter: number, fromVersion: number, toAfter: number, toVersion: number) =>
      `insert into transfer (id, idempotency_key, kind, from_account_id, to_account_id, amount, from_balance_after, from_version, to_balance_after, to_version, created_at)
       values ('${newId("transfer")}', '${newId("event")}', 'usage', '${from}', '${to}', ${amount}, ${fromAfter}, ${fromVersion}, ${toAfter}, ${toVersion}, now())`;
    const other = await customer(0n);
    await refused(insert(10, id, other.id, 95, 2, 10, 1), "SY409");
    await refused(insert(10, id, other.id, 90, 3, 10, 1), "SY409");
    await refused(insert(10, id, other.id, 90, 2, 10, 2), "SY409");
    await refused(insert(101, id, other.id, -1, 2, 101, 1), "23514");
    await refused(insert(-10, id, other.id, 110, 2, -10, 1), "23514");
    await refused(insert(0, id, other.id, 100, 2, 0, 1), "23514");
    await refused(insert(10, id, id, 90, 2, 110, 3), "23514");
    await refused(insert(10, id, newId("ledgerAccount"), 90, 2, 10, 1), "SY409");
    await refused(insert(10, newId("ledgerAccount"), id, -10, 1, 110, 2), "SY409");
    await refused(insert(10, id, other.id, 90, 2, 10, 1).replace("'usage'", "'other'"), "23514");
  });

  it("amounts that are not above zero, asked of its functions directly", async () => {
    const { id } = await customer(100n);
    const held = await makeHold(id, 10n);
    for (const amount of ["0", "-1", "null::bigint"]) {
      await refused(`select ledger_transfer('${newId("transfer")}', '${newId("event")}', 'usage', '${id}', 'acc_revenue_00', ${amount}, null, null, '', null, now())`, "SY400");
      await refused(`select ledger_hold('${newId("hold")}', '${newId("event")}', '${id}', ${amount}, null, null, '', now())`, "SY400");
      await refused(`select ledger_post_hold('${held.id}', array['${newId("transfer")}'], array['${newId("event")}'], array[${amount}]::bigint[], array[''], 'usage', 'acc_revenue_00', null, null, null, now())`, "SY400");
    }
  });

  it("a price below zero", async () => {
    await refused(
      `insert into meter_span (id, organization_id, resource_type, resource_id, resource_name, component, price_per_hour, anchor_at, started_at, due_at)
       values ('spn_x', 'org_x', 'vm', 'vm_x', 'x', 'compute', -1, now(), now(), now())`,
      "23514",
    );
  });
});

