import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { PipelinedPGlite } from "./pipelined-pglite.ts";

let database: PipelinedPGlite;
beforeAll(async () => {
  database = await PipelinedPGlite.open();
  await database.exec("create table thing (id int primary key, name text, at timestamptz, data jsonb, big bigint, flags boolean[], raw bytea)");
});
afterAll(() => database.close());

async function names(): Promise<string[]> {
  return (await database.query<{ name: string }>("select name from thing order by id")).rows.map((row) => row.name);
}

describe("PGlite with its messages in one buffer", () => {
  test("takes and gives values of each type as PGlite does", async () => {
    const at = new Date("2026-11-22T10:11:12.345Z");
    const insert = "insert into thing values ($1, $2, $3, $4, $5, $6, $7)";
    const { affectedRows } = await database.query(insert, [1, "one 한국 '", at, { a: [1, null] }, 9_007_199_254_740_993n, [true, false], Uint8Array.of(0, 255)]);
    await database.query(insert, [2, null, undefined, null, null, null, null]);
    expect(affectedRows).toBe(1);
    const { rows } = await database.query("select * from thing order by id");
    expect(rows).toEqual([
      { id: 1, name: "one 한국 '", at, data: { a: [1, null] }, big: 9_007_199_254_740_993n, flags: [true, false], raw: Uint8Array.of(0, 255) },
      { id: 2, name: null, at: null, data: null, big: null, flags: null, raw: null },
    ]);
    expect((await database.query("update thing set name = 'x' where id = any ($1::int[])", [[1, 2, 3]])).affectedRows).toBe(2);
  });

  test("says what PostgreSQL says of an error, and goes on", async () => {
    await expect(database.query("insert into thing (id) values ($1)", [1])).rejects.toMatchObject({ code: "23505", constraint: "thing_pkey" });
    await expect(database.query("select nonsense from thing")).rejects.toMatchObject({ code: "42703" });
    await expect(database.query("select $1::int", ["no number"])).rejects.toMatchObject({ code: "22P02" });
    expect((await database.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
  });

  test("keeps statements of others out of a transaction, and undoes it whole", async () => {
    await database.query("delete from thing");
    let outside: Promise<unknown> | undefined;
    await expect(
      database.transaction(async (tx) => {
        await tx.query("insert into thing (id, name) values ($1, $2)", [10, "inside"]);
        outside = database.query("insert into thing (id, name) values ($1, $2)", [11, "outside"]);
        await new Promise((resolve) => setImmediate(resolve));
        expect((await tx.query("select id from thing")).rows).toEqual([{ id: 10 }]);
        throw new Error("changed my mind");
      }),
    ).rejects.toThrow("changed my mind");
    await outside;
    expect(await names()).toEqual(["outside"]);
  });

  test("a statement that fails in a transaction spoils it until the rollback, and its text works afterwards", async () => {
    const text = "insert into thing (id, name) values ($1, $2)";
    await expect(
      database.transaction(async (tx) => {
        await expect(tx.query(text, [11, "again"])).rejects.toMatchObject({ code: "23505" });
        await tx.query("select name, id from thing");
      }),
    ).rejects.toMatchObject({ code: "25P02" });
    expect((await database.query("select name, id from thing")).rows).toEqual([{ name: "outside", id: 11 }]);
    await database.query(text, [12, "twelve"]);
    expect(await names()).toEqual(["outside", "twelve"]);
  });

  test("a transaction that was rolled back takes no more statements", async () => {
    await database.transaction(async (tx) => {
      await tx.query("delete from thing");
      await tx.rollback();
      await expect(tx.query("select 1")).rejects.toThrow("Transaction is closed");
    });
    expect(await names()).toEqual(["outside", "twelve"]);
  });

  test("prepares again what a changed table has made another statement", async () => {
    await database.exec("create table changing (a int); insert into changing values (1)");
    expect((await database.query("select * from changing")).rows).toEqual([{ a: 1 }]);
    await database.exec("alter table changing add column b int default 2");
    expect((await database.query("select * from changing")).rows).toEqual([{ a: 1, b: 2 }]);
  });

  test("forgets plans that were not used for long", async () => {
    for (let n = 0; n < 600; n += 1) await database.query(`select ${n} as n`);
    const [row] = (await database.query<{ kept: number }>("select count(*)::int as kept from pg_prepared_statements")).rows;
    expect(row?.kept).toBeLessThanOrEqual(502);
    expect((await database.query("select 0 as n")).rows).toEqual([{ n: 0 }]);
  });
});
