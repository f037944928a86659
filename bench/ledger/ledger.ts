import { randomUUID } from "node:crypto";
import pg from "pg";
import { newId } from "#shared/ids.ts";
import { openCustomerAccount } from "../../src/server/billing/accounts.ts";
import { transferAlone } from "../../src/server/billing/ledger.ts";
import { systemAccount } from "../../src/server/billing/system-accounts.ts";
import { openDatabase } from "../../src/server/infra/database.ts";
import { createLogger } from "../../src/server/infra/logger.ts";
import { applyMigrations, readMigrations } from "../../src/server/infra/migrations.ts";
import { median, perSecond, type Report } from "../support/report.ts";

const CLIENTS = 8;
const CUSTOMERS = 64;
const ROUNDS = 3;

/** Transfers from 64 customers to the revenue shards by 8 clients: our service function, and the database function called by a bare `pg` loop. */
export async function benchLedger(options: { databaseUrl: string; seconds: number }): Promise<Report> {
  const db = await openDatabase({ databaseUrl: options.databaseUrl, databasePoolSize: CLIENTS, databaseWaitSeconds: 5, dataDir: "", ephemeral: false });
  await applyMigrations(db, await readMigrations(process.cwd()));
  const log = createLogger("silent");
  const at = new Date();
  const accounts: string[] = [];
  for (let i = 0; i < CUSTOMERS; i += 1) {
    accounts.push(await db.prisma.$transaction((tx) => openCustomerAccount(tx, { log }, { organizationId: newId("organization"), welcome: 1_000_000_000_000n, at })));
  }
  const account = (i: number): string => accounts[i % CUSTOMERS] ?? "";
  const pool = new pg.Pool({ connectionString: options.databaseUrl, max: CLIENTS });

  const ours = (i: number): Promise<unknown> => transferAlone({ db }, { key: randomUUID(), kind: "usage", from: account(i), to: systemAccount("revenue", account(i)), amount: 1n, at: new Date() });
  const bare = (i: number): Promise<unknown> =>
    pool.query({
      name: "bare_transfer",
      text: "select * from ledger_transfer($1, $2, $3, $4, $5, $6::bigint, $7, $8, $9, $10, $11::timestamptz)",
      values: [randomUUID(), randomUUID(), "usage", account(i), systemAccount("revenue", account(i)), "1", null, null, "", null, new Date()],
    });
  const hot = (i: number): Promise<unknown> => transferAlone({ db }, { key: randomUUID(), kind: "usage", from: account(i), to: "acc_revenue_00", amount: 1n, at: new Date() });

  const results: Record<"ours" | "bare" | "hot", number[]> = { ours: [], bare: [], hot: [] };
  for (let round = 0; round < ROUNDS; round += 1) {
    results.bare.push(await callsPerSecond(bare, options.seconds));
    results.ours.push(await callsPerSecond(ours, options.seconds));
    results.hot.push(await callsPerSecond(hot, options.seconds));
  }
  await pool.end();
  await db.close();
  const rate = { ours: median(results.ours), bare: median(results.bare), hot: median(results.hot) };
  return {
    title: `Ledger on PostgreSQL, ${CLIENTS} clients, ${CUSTOMERS} customers (median of ${ROUNDS} × ${options.seconds} s)`,
    figures: [
      { name: "transfers by the service", value: perSecond(rate.ours, "transfers") },
      { name: "the same function by a bare pg loop", value: perSecond(rate.bare, "transfers") },
      { name: "all to one revenue account", value: perSecond(rate.hot, "transfers") },
    ],
    ratios: [{ name: "against the bare pg loop", value: rate.ours / rate.bare, aim: 0.8 }],
  };
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
