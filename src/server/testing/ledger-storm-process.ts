import { newId } from "#shared/ids.ts";
import { hold, postHold, transfer, voidHold } from "#server/billing/ledger.ts";
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
  if (nth % 3 === 0) {
    await transact(rt as Runtime, (tx) => transfer(tx, { key, kind: "usage", from: account, to: revenue, amount: 1n, at }));
    return key;
  }
  // One transaction: a hold and its end are both there, or neither is.
  await transact(rt as Runtime, async (tx) => {
    const made = await hold(tx, { key, accountId: account, amount: 10n, subject, at });
    if (nth % 3 === 1) await voidHold(tx, made.id, at);
    else await postHold(tx, { holdId: made.id, kind: "usage", to: revenue, parts: [{ key, amount: 3n }, { key: `${key}:2`, amount: 4n }], subject, at });
  });
  return nth % 3 === 1 ? "" : key;
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
