import { beforeAll, expect, test } from "vitest";
import { createTestRuntime } from "#server/testing/runtime.ts";
import type { Runtime } from "./runtime.ts";
import { jsonExpression, jsonObject, jsonPlain, jsonText, jsonTime, jsonValue } from "./sql-json.ts";

let rt: Runtime;
beforeAll(async () => {
  rt = await createTestRuntime();
});

const ROW = jsonObject({ text: jsonText("r.t"), plain: jsonPlain("r.p"), at: jsonTime("r.at"), number: jsonValue("r.n"), inner: jsonObject({ more: jsonText("r.t"), raw: jsonValue("r.j") }) });

async function write(t: string | null, p: string | null, at: string | null, n: number, j: unknown): Promise<unknown> {
  const text = `select ${jsonExpression(ROW)} as json from (select $1::text as t, $2::text as p, $3::timestamptz as at, $4::float8 as n, $5::jsonb as j) r`;
  const [row] = await rt.db.query<{ json: string }>({ text, values: [t, p, at, n, JSON.stringify(j)] });
  return JSON.parse(row?.json ?? "");
}

test("text of any kind is escaped", async () => {
  for (const t of [`"}],"x":"`, "back\\slash \\u0041", "line\nand\ttab\u0001", "한국어 😀", "", "2026-01-01T00:00:00+00:00", "$1 'quoted' %s"]) {
    expect(await write(t, "run_1", null, 1, {})).toMatchObject({ text: t, inner: { more: t } });
  }
});

test("times are written as JavaScript writes them, whatever their fraction and the zone they were said in", async () => {
  for (const at of ["2026-11-22T15:04:05.000Z", "2026-11-22T15:04:05.120Z", "1999-12-31T23:59:59.999Z"]) expect(await write("", "", at, 1, {})).toMatchObject({ at });
  expect(await write("", "", "2026-03-29T02:30:00+09:00", 1, {})).toMatchObject({ at: "2026-03-28T17:30:00.000Z" });
});

test("what is NULL is null, and numbers and JSON stay what they are", async () => {
  expect(await write(null, null, null, 0.5, { a: [1, "\"", null] })).toEqual({ text: null, plain: null, at: null, number: 0.5, inner: { more: null, raw: { a: [1, "\"", null] } } });
});
