import { PGlite } from "@electric-sql/pglite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Database, wrapPglite } from "#server/infra/database.ts";
import { applyMigrations, readMigrations } from "#server/infra/migrations.ts";

const MIGRATION = "20261122193310_telemetry_partitions_and_rollups";

describe("messages from before they lay in partitions", () => {
  let db: Database;
  const at = new Date(Date.now() - 3 * 86_400_000);
  beforeAll(async () => {
    db = wrapPglite(await PGlite.create());
    const all = await readMigrations(process.cwd());
    const nth = all.findIndex(({ name }) => name === MIGRATION);
    expect(nth).toBeGreaterThan(0);
    await applyMigrations(db, all.slice(0, nth));
    await db.exec(`insert into organization (id, name, created_at) values ('org_old', 'Old', now());
      insert into machine (id, organization_id, name, slug, status, created_at, updated_at) values ('m_old', 'org_old', 'Old', 'old', 'online', now(), now());`);
    const insert = (boot: string, seq: number, kind: string, payload: object, received: Date) =>
      db.query({ text: "insert into device_message (machine_id, boot, seq, kind, payload, received_at) values ('m_old', $1, $2, $3, $4, $5)", values: [boot, seq, kind, JSON.stringify(payload), received.toISOString()] });
    await insert("b1", 0, "status", { state: "online" }, at);
    await insert("b1", 1, "tele", { metrics: { temp_c: 4 } }, at);
    await insert("b1", 1_030, "tele", { metrics: { temp_c: 5 }, samples: [[at.getTime() - 60_000, { temp_c: 3 }], [at.getTime() + 60_000, { temp_c: 99 }]] }, at);
    await insert("b2", 0, "log", { level: "info" }, new Date(0));
    await applyMigrations(db, all);
  }, 60_000);
  afterAll(() => db.close());

  it("are all there, in partitions of their weeks; those of a clock that was wrong beside them", async () => {
    const rows = await db.query<{ boot: string; seq: bigint; name: string; late: boolean }>({ text: "select boot, seq, tableoid::regclass::text as name, late from device_message order by boot, seq" });
    const week = new Date(Math.floor(at.getTime() / (7 * 86_400_000)) * 7 * 86_400_000).toISOString().slice(0, 10).replaceAll("-", "");
    expect(rows).toEqual([
      { boot: "b1", seq: 0n, name: `device_message_${week}`, late: false },
      { boot: "b1", seq: 1n, name: `device_message_${week}`, late: false },
      { boot: "b1", seq: 1_030n, name: `device_message_${week}`, late: false },
      { boot: "b2", seq: 0n, name: "device_message_default", late: false },
    ]);
  });

  it("are known, each by its bit", async () => {
    const rows = await db.query<{ boot: string; block: bigint; bits: number[] }>({
      text: "select boot, block, array(select nth from generate_series(0, 1023) nth where get_bit(seen, nth) = 1) as bits from device_sequence order by boot, block",
    });
    expect(rows).toEqual([{ boot: "b1", block: 0n, bits: [0, 1] }, { boot: "b1", block: 1n, bits: [6] }, { boot: "b2", block: 0n, bits: [0] }]);
  });

  it("leave what was buffered offline to the roll-ups, but for times that cannot be", async () => {
    expect(await db.query({ text: "select machine_id, metric, at, value from telemetry_late" })).toEqual([{ machine_id: "m_old", metric: "temp_c", at: new Date(at.getTime() - 60_000), value: 3 }]);
  });
});
