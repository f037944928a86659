import { PGlite } from "@electric-sql/pglite";
import { expect, it } from "vitest";
import { wrapPglite } from "#server/infra/database.ts";
import { applyMigrations, readMigrations } from "#server/infra/migrations.ts";
import { auditLedger } from "./check.ts";

const LOTS = "_ledger_lots";

it("gives what customers had lots, and what they had spent comes out of the oldest", { timeout: 120_000 }, async () => {
  const migrations = await readMigrations(process.cwd());
  const from = migrations.findIndex((migration) => migration.name.endsWith(LOTS));
  const db = wrapPglite(await PGlite.create());
  try {
    await applyMigrations(db, migrations.slice(0, from));
    await db.exec(`insert into ledger_account (id, organization_id, kind, created_at) values ('acc_a', 'org_a', 'customer', now()), ('acc_b', 'org_b', 'customer', now()), ('acc_c', 'org_c', 'customer', now())`);
    const move = (id: string, kind: string, source: string, target: string, amount: number) =>
      db.query({ text: `select ledger_transfer($1, $1, $2, $3, $4, $5::bigint, null, null, '', null, now())`, values: [id, kind, source, target, amount] });
    await move("trf_1", "grant", "acc_promotion_00", "acc_a", 100);
    await move("trf_2", "usage", "acc_a", "acc_revenue_00", 30);
    await move("trf_3", "grant", "acc_promotion_00", "acc_a", 50);
    await move("trf_4", "usage", "acc_a", "acc_revenue_00", 80);
    await move("trf_5", "adjustment", "acc_a", "acc_b", 15);
    await move("trf_6", "grant", "acc_promotion_00", "acc_c", 7);
    await move("trf_7", "usage", "acc_c", "acc_revenue_00", 7);

    await applyMigrations(db, migrations);
    expect(await db.query({ text: "select transfer_id, account_id, category, amount::int, remaining::int, open from credit_lot order by id" })).toEqual([
      { transfer_id: "trf_1", account_id: "acc_a", category: "promotional", amount: 100, remaining: 0, open: false },
      { transfer_id: "trf_3", account_id: "acc_a", category: "promotional", amount: 50, remaining: 25, open: true },
      { transfer_id: "trf_5", account_id: "acc_b", category: "promotional", amount: 15, remaining: 15, open: true },
      { transfer_id: "trf_6", account_id: "acc_c", category: "promotional", amount: 7, remaining: 0, open: false },
    ]);
    expect(await db.query({ text: "select transfer_id, lot_id, amount::int from lot_use order by transfer_id, lot_id" })).toEqual([
      { transfer_id: "trf_2", lot_id: "lot_1", amount: 30 },
      { transfer_id: "trf_4", lot_id: "lot_1", amount: 70 },
      { transfer_id: "trf_4", lot_id: "lot_3", amount: 10 },
      { transfer_id: "trf_5", lot_id: "lot_3", amount: 15 },
      { transfer_id: "trf_7", lot_id: "lot_6", amount: 7 },
    ]);
    expect(await auditLedger({ db })).toEqual([]);
    // It goes on from there, and gives back what was charged before.
    await move("trf_8", "usage", "acc_a", "acc_revenue_00", 20);
    await db.query({ text: "select ledger_reverse('trf_9', 'trf_9', 'trf_4', 75, false, '', null, now())" });
    expect(await db.query({ text: "select id, remaining::int from credit_lot where account_id = 'acc_a' order by id" })).toEqual([
      { id: "lot_1", remaining: 65 },
      { id: "lot_3", remaining: 15 },
    ]);
    expect(await auditLedger({ db })).toEqual([]);
  } finally {
    await db.close();
  }
});
