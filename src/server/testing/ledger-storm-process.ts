import { newId } from "#shared/ids.ts";
import { hold, postHold, reverse, transfer, voidHold } from "#server/billing/ledger.ts";
import { systemAccount } from "#server/billing/system-accounts.ts";
import { readConfig } from "#server/infra/config.ts";
import { openDatabase } from "#server/infra/database.ts";
import { createLogger } from "#server/infra/logger.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";

/**
 * A program that moves credits among the accounts in its arguments until it is killed; it prints a line for each movement it was told is done.
 * The tests of the ledger kill it and look at what it left.
 */
const accounts = process.argv.slice(2);
const PARALLEL = 8;

const config = readConfig(process.env);
const db = await openDatabase(config);
const rt: Pick<Runtime, "db" | "signals" | "log"> = { db, log: createLogger("silent"), signals: { send: () => {}, on: () => () => {}, close: async () => {} } };

async function move(nth: number): Promise<string> {
  const account = accounts[nth % accounts.length] ?? "";
  const key = newId("event");
  const at = new Date();
  const subject = { type: "vm", id: "vm_storm" };
  const revenue = systemAccount("revenue", account);
  switch (nth % 5) {
    case 0:
      await transact(rt as Runtime, (tx) => transfer(tx, { key, kind: "usage", from: account, to: revenue, amount: 1n, at }));
      return key;
    case 1:
      // One transaction: a charge and what is given back of it are both there, or neither is; and so below.
      await transact(rt as Runtime, async (tx) => {
        const charge = await transfer(tx, { key: `${key}:1`, kind: "usage", from: account, to: revenue, amount: 6n, at });
        await reverse(tx, { key, transferId: charge.transfer.id, amount: 4n, at });
      });
      return key;
    case 2: {
      const terms = { priority: 10, expiresAt: new Date(at.getTime() + 60_000) };
      await transact(rt as Runtime, (tx) => transfer(tx, { key, kind: "grant", from: systemAccount("promotion", account), to: account, amount: 5n, terms, at }));
      return key;
    }
    case 3:
      await transact(rt as Runtime, async (tx) => voidHold(tx, (await hold(tx, { key, accountId: account, amount: 10n, subject, at })).id, at));
      return "";
    default:
      await transact(rt as Runtime, async (tx) => {
        const made = await hold(tx, { key, accountId: account, amount: 10n, subject, at });
        await postHold(tx, { holdId: made.id, kind: "usage", to: revenue, parts: [{ key, amount: 3n }, { key: `${key}:2`, amount: 4n }], subject, at });
      });
      return key;
  }
}

let next = 0;
await Promise.all(
  Array.from({ length: PARALLEL }, async () => {
    for (;;) {
      const key = await move(next++);
      if (key) process.stdout.write(`${key}\n`);
    }
  }),
);
