import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { newId } from "#shared/ids.ts";
import { openCustomerAccount } from "../../src/server/billing/accounts.ts";
import { transferAlone } from "../../src/server/billing/ledger.ts";
import { systemAccount } from "../../src/server/billing/system-accounts.ts";
import { type Database, openDatabase } from "../../src/server/infra/database.ts";
import { createLogger } from "../../src/server/infra/logger.ts";
import { applyMigrations, readMigrations } from "../../src/server/infra/migrations.ts";
import { median, perSecond, type Report } from "../support/report.ts";
import { timeHistory } from "./history.ts";

const CLIENTS = 8;
const CUSTOMERS = 64;
const ROUNDS = 3;
const ENTRIES = 1_000_000;

/**
 * Charges of 64 customers by 8 clients, with lots: our service function spread over the revenue shards, all to one of them, and on PGlite; beside the same function called by a
 * bare `pg` loop, and the least that could move credits at all. Then the balance and a page of history of a customer with a million entries.
 */
export async function benchLedger(options: { databaseUrl: string; seconds: number }): Promise<Report> {
  const db = await openDatabase({ databaseUrl: options.databaseUrl, databasePoolSize: CLIENTS, databaseWaitSeconds: 5, dataDir: "", ephemeral: false });
  const accounts = await openAccounts(db);
  const pool = new pg.Pool({ connectionString: options.databaseUrl, max: CLIENTS });
  await pool.query(`create table bare_account (id text primary key, balance bigint not null check (balance >= 0 or id like 'rev%'));
    create table bare_transfer (id text primary key, from_id text not null, to_id text not null, amount bigint not null, at timestamptz not null);
    insert into bare_account select 'cus' || i, 1000000000000 from generate_series(0, ${CUSTOMERS - 1}) i union all select 'rev' || i, 0 from generate_series(0, 15) i`);

  const account = (i: number): string => accounts[i % CUSTOMERS] ?? "";
  const charge = (database: Database, to: (from: string) => string) => (i: number) =>
    transferAlone({ db: database }, { key: randomUUID(), kind: "usage", from: account(i), to: to(account(i)), amount: 1n, subject: { type: "vm", id: "vm_1" }, at: new Date() });
  const ours = charge(db, (from) => systemAccount("revenue", from));
  const bare = (i: number): Promise<unknown> =>
    pool.query({
      name: "bare_call",
      text: "select * from ledger_transfer($1, $2, $3, $4, $5, $6::bigint, $7, $8, $9, $10, $11::timestamptz)",
      values: [randomUUID(), randomUUID(), "usage", account(i), systemAccount("revenue", account(i)), "1", "vm", "vm_1", "", null, new Date()],
    });
  const hot = charge(db, () => "acc_revenue_00");
  const one = await oneCustomer(db);

  const results: Record<"ours" | "bare" | "least" | "hot" | "customer" | "pglite", number[]> = { ours: [], bare: [], least: [], hot: [], customer: [], pglite: [] };
  const folder = await mkdtemp(join(tmpdir(), "switchyard-bench-"));
  const embedded = await openDatabase({ databaseUrl: null, databasePoolSize: 1, databaseWaitSeconds: 5, dataDir: folder, ephemeral: false });
  const theirs = await openAccounts(embedded);
  const onPglite = (i: number) => {
    const from = theirs[i % CUSTOMERS] ?? "";
    return transferAlone({ db: embedded }, { key: randomUUID(), kind: "usage", from, to: systemAccount("revenue", from), amount: 1n, subject: { type: "vm", id: "vm_1" }, at: new Date() });
  };
  try {
    for (let round = 0; round < ROUNDS; round += 1) {
      results.least.push(await callsPerSecond((i) => leastTransfer(pool, i), options.seconds));
      results.bare.push(await callsPerSecond(bare, options.seconds));
      results.ours.push(await callsPerSecond(ours, options.seconds));
      results.hot.push(await callsPerSecond(hot, options.seconds));
      results.customer.push(await callsPerSecond(() => one(), options.seconds));
      results.pglite.push(await callsPerSecond(onPglite, options.seconds));
    }
  } finally {
    await embedded.close();
    await rm(folder, { recursive: true, force: true });
    await pool.end();
  }
  const history = await timeHistory(db, ENTRIES);
  await db.close();
  const rate = { ours: median(results.ours), bare: median(results.bare), least: median(results.least), hot: median(results.hot), customer: median(results.customer), pglite: median(results.pglite) };
  return {
    title: `Ledger with lots, ${CLIENTS} clients, ${CUSTOMERS} customers (median of ${ROUNDS} × ${options.seconds} s)`,
    figures: [
      { name: "the same function by a bare pg loop", value: perSecond(rate.bare, "transfers") },
      { name: "two updates and an insert, without key, version or lot", value: perSecond(rate.least, "transactions") },
      { name: "charges of one customer alone", value: perSecond(rate.customer, "transfers") },
      { name: "the 95th percentile of a balance", value: `${history.balance95.toFixed(1)} ms` },
      { name: "the 95th percentile of a page of history", value: `${history.page95.toFixed(1)} ms` },
    ],
    ratios: [
      { name: "charges a second on PostgreSQL", value: rate.ours, aim: 1_500, unit: "absolute" },
      { name: "charges a second to one revenue account", value: rate.hot, aim: 700, unit: "absolute" },
      { name: "charges a second on PGlite", value: rate.pglite, aim: 2_000, unit: "absolute" },
      { name: "charges against the bare pg loop", value: rate.ours / rate.bare, aim: 0.8 },
      { name: "a balance among a million entries, ms", value: history.balance, aim: 10, unit: "absolute", lower: true },
      { name: "a page of history among a million entries, ms", value: history.page, aim: 10, unit: "absolute", lower: true },
      { name: "an old page of it, ms", value: history.oldPage, aim: 10, unit: "absolute", lower: true },
    ],
  };
}

async function openAccounts(db: Database): Promise<string[]> {
  await applyMigrations(db, await readMigrations(process.cwd()));
  const log = createLogger("silent");
  const accounts: string[] = [];
  for (let i = 0; i < CUSTOMERS; i += 1) {
    accounts.push(await db.prisma.$transaction((tx) => openCustomerAccount(tx, { log }, { organizationId: newId("organization"), welcome: 1_000_000_000_000n, at: new Date() })));
  }
  return accounts;
}

/** One customer whose charges all wait for each other. */
async function oneCustomer(db: Database): Promise<() => Promise<unknown>> {
  const [id = ""] = await db.prisma.$transaction(async (tx) => [await openCustomerAccount(tx, { log: createLogger("silent") }, { organizationId: newId("organization"), welcome: 1_000_000_000_000n, at: new Date() })]);
  return () => transferAlone({ db }, { key: randomUUID(), kind: "usage", from: id, to: systemAccount("revenue", id), amount: 1n, at: new Date() });
}

/** The least that moves credits safely: no key, no versions, no balances on record, no lots; one round trip. */
async function leastTransfer(pool: pg.Pool, i: number): Promise<void> {
  await pool.query({
    name: "least",
    text: `with taken as (update bare_account set balance = balance - 1 where id = $1 returning 1), given as (update bare_account set balance = balance + 1 where id = $2 returning 1)
      insert into bare_transfer (id, from_id, to_id, amount, at) select $3, $1, $2, 1, now() from taken, given`,
    values: [`cus${i % CUSTOMERS}`, `rev${i % 16}`, randomUUID()],
  });
}

async function callsPerSecond(call: (i: number) => Promise<unknown>, seconds: number): Promise<number> {
  const end = performance.now() + seconds * 1_000;
  let calls = 0;
  const client = async (): Promise<void> => {
    while (performance.now() < end) await call((calls += 1));
  };
  const start = performance.now();
  await Promise.all(Array.from({ length: CLIENTS }, client));
  return calls / ((performance.now() - start) / 1_000);
}
