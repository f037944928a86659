import type pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createTestRuntime, type TestRuntime } from "#server/testing/runtime.ts";
import { createPipelinedPostgres, type PipelinedPostgres } from "./pipelined-postgres.ts";

const MOST = 2;
const LIMITS = { most: MOST, silenceMs: 60_000 };
const PID = "select pg_backend_pid() as pid";

describe.runIf(process.env.TEST_DATABASE_URL)("a pipelined PostgreSQL", () => {
  let rt: TestRuntime;
  let pipelined: PipelinedPostgres;
  beforeAll(async () => void (rt = await createTestRuntime()));
  afterAll(() => rt.close());
  beforeEach(() => {
    pipelined = createPipelinedPostgres({ connectionString: rt.databaseUrl ?? "" }, LIMITS, (client) => client.query("set time zone 'Asia/Seoul'"));
  });
  afterEach(() => pipelined.close());

  const pids = async (count: number): Promise<number[]> => (await Promise.all(Array.from({ length: count }, () => pipelined.query({ text: PID })))).map(({ rows }) => rows[0].pid);

  it("answers each who asks with its own, also by one prepared statement for all", async () => {
    const answers = await Promise.all(Array.from({ length: 100 }, (_, n) => pipelined.query({ name: "twice", text: "select $1::int * 2 as twice", values: [n] })));
    expect(answers.map(({ rows }) => rows[0].twice)).toEqual(Array.from({ length: 100 }, (_, n) => n * 2));
  });

  it("fills a connection before it opens another, and opens no more than it may", async () => {
    expect(new Set(await pids(16)).size).toBe(1);
    expect(new Set(await pids(17)).size).toBe(2);
    expect(new Set(await pids(100)).size).toBe(MOST);
  });

  it("prepares each connection before its first statement", async () => {
    const zones = await Promise.all(Array.from({ length: 40 }, () => pipelined.query({ text: "show time zone" })));
    expect(new Set(zones.map(({ rows }) => rows[0].TimeZone))).toEqual(new Set(["Asia/Seoul"]));
  });

  it("keeps an error to the statement that made it", async () => {
    const asked = [1, 0, 2].map((n) => pipelined.query({ name: "divide", text: "select 10 / $1::int as result", values: [n] }));
    const outcomes = await Promise.allSettled([...asked, pipelined.query({ name: "wrong", text: "select nothing_there" }), pipelined.query({ text: "select 3 as result" })]);
    expect(outcomes.map((outcome) => (outcome.status === "fulfilled" ? outcome.value.rows[0].result : outcome.reason.code))).toEqual([10, "22012", 5, "42703", 3]);
    // And the name of what could not be prepared is free again.
    await expect(pipelined.query({ name: "wrong", text: "select 4 as result" })).resolves.toMatchObject({ rows: [{ result: 4 }] });
  });

  it("fails what was on a connection that broke, and the next has another", async () => {
    const [first] = await pids(1);
    const lost = [pipelined.query({ text: "select pg_sleep(60)" }), pipelined.query({ text: PID })];
    const outcomes = Promise.allSettled(lost);
    await expect.poll(async () => (await rt.db.query({ text: "select pg_terminate_backend(pid) from pg_stat_activity where pid = $1 and query like '%pg_sleep%'", values: [first] })).length).toBe(1);
    expect((await outcomes).map((outcome) => outcome.status)).toEqual(["rejected", "rejected"]);
    const [second] = await pids(1);
    expect(second).not.toBe(first);
  });

  it("gives a connection up on which a statement hangs, with all behind it, and goes on with another", async () => {
    const impatient = createPipelinedPostgres({ connectionString: rt.databaseUrl ?? "" }, { most: MOST, silenceMs: 500 }, async () => {});
    const asked = [impatient.query({ text: PID }), impatient.query({ text: "select pg_sleep(60)" }), impatient.query({ text: PID })];
    const [first, hanging, behind] = await Promise.allSettled(asked);
    expect([first?.status, hanging?.status, behind?.status]).toEqual(["fulfilled", "rejected", "rejected"]);
    const { rows } = await impatient.query({ text: PID });
    expect(rows[0].pid).not.toBe(first?.status === "fulfilled" ? first.value.rows[0].pid : 0);
    await impatient.close();
  });

  it("says why it cannot connect, each time, and leaves nothing open", async () => {
    const nowhere = createPipelinedPostgres({ connectionString: "postgres://127.0.0.1:1/nothing" }, LIMITS, async () => {});
    await expect(nowhere.query({ text: PID })).rejects.toMatchObject({ code: "ECONNREFUSED" });
    await expect(nowhere.query({ text: PID })).rejects.toMatchObject({ code: "ECONNREFUSED" });
    await nowhere.close();
  });

  it("ends a connection that cannot be prepared", async () => {
    const name = "switchyard_unprepared";
    const unprepared = createPipelinedPostgres({ connectionString: rt.databaseUrl ?? "", application_name: name }, LIMITS, (client: pg.ClientBase) => client.query("set nothing.like"));
    await expect(unprepared.query({ text: PID })).rejects.toMatchObject({ code: "42601" });
    await expect.poll(() => rt.db.query({ text: "select 1 from pg_stat_activity where application_name = $1", values: [name] })).toEqual([]);
    await unprepared.close();
  });

  it("closes when the last answer has come, and takes nothing more", async () => {
    const asked = [1, 2].map((n) => pipelined.query({ text: "select pg_sleep(0.2), $1::int as n", values: [n] }));
    const closed = pipelined.close();
    await expect(pipelined.query({ text: PID })).rejects.toThrow("closed");
    expect((await Promise.all(asked)).map(({ rows }) => rows[0].n)).toEqual([1, 2]);
    await closed;
  });
});
