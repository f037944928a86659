import { newId } from "#shared/ids.ts";
import { openCustomerAccount } from "../../src/server/billing/accounts.ts";
import { getBalance } from "../../src/server/billing/credits.ts";
import { listHistory } from "../../src/server/billing/history.ts";
import type { Database } from "../../src/server/infra/database.ts";
import { systemClock } from "../../src/server/infra/clock.ts";
import { createLogger } from "../../src/server/infra/logger.ts";
import type { Runtime } from "../../src/server/infra/runtime.ts";
import { median, percentile } from "../support/report.ts";

const ASKED = 200;

export interface HistoryTimes {
  /** medians, in ms */
  balance: number;
  balance95: number;
  page: number;
  page95: number;
  oldPage: number;
}

/** Gives one customer `entries` charges, written by SQL past the ledger's functions, and reads that customer's balance and history. */
export async function timeHistory(db: Database, entries: number): Promise<HistoryTimes> {
  // What reading asks of a runtime.
  const rt = { db, clock: systemClock, log: createLogger("silent") } as unknown as Runtime;
  const owner = { organizationId: newId("organization") };
  const id = await db.prisma.$transaction((tx) => openCustomerAccount(tx, rt, { ...owner, welcome: 1_000_000_000n, at: new Date() }));
  await fill(db, id, entries);
  const balance = await timed(() => getBalance(rt, owner));
  const page = await timed(() => listHistory(rt, owner, { limit: 20 }));
  const old = await timed((i) => listHistory(rt, owner, { limit: 20, cursor: String(30 + i * 17) }));
  return { balance: median(balance), balance95: percentile(balance, 0.95), page: median(page), page95: percentile(page, 0.95), oldPage: median(old) };
}

async function fill(db: Database, account: string, entries: number): Promise<void> {
  const revenue = "acc_revenue_00";
  await db.exec(`set session_replication_role = replica;
    with own as (select balance, version from ledger_account where id = '${account}'), other as (select balance, version from ledger_account where id = '${revenue}'), made as (
      insert into transfer (id, idempotency_key, kind, from_account_id, to_account_id, amount, from_balance_after, from_version, to_balance_after, to_version, subject_type, subject_id, description, created_at)
      select 'trf_fill' || lpad(i::text, 10, '0'), 'fill:' || i, 'usage', '${account}', '${revenue}', 1, own.balance - i, own.version + i, other.balance + i, other.version + i, 'vm', 'vm_1', 'web: compute',
        now() - make_interval(secs => ${entries} - i)
      from generate_series(1, ${entries}) i, own, other returning id
    ) insert into lot_use (transfer_id, lot_id, amount) select made.id, lot.id, 1 from made, (select id from credit_lot where account_id = '${account}') lot;
    update credit_lot set remaining = remaining - ${entries} where account_id = '${account}';
    update ledger_account set balance = balance - ${entries}, version = version + ${entries} where id = '${account}';
    update ledger_account set balance = balance + ${entries}, version = version + ${entries} where id = '${revenue}';
    set session_replication_role = origin;
    analyze;`);
}

async function timed(call: (i: number) => Promise<unknown>): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i < ASKED; i += 1) {
    const start = performance.now();
    await call(i);
    times.push(performance.now() - start);
  }
  return times;
}
