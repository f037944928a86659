import { fc } from "#server/testing/properties.ts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newId } from "#shared/ids.ts";
import { transact } from "#server/infra/runtime.ts";
import { createTestRuntime, type TestRuntime } from "#server/testing/runtime.ts";
import { bareMachine, presence } from "../testing/alert-fixtures.ts";
import { type Received, storeBatch } from "../store-batch.ts";
import { getFleetTelemetry } from "./fleet-series.ts";
import { bucketBegin } from "./levels.ts";
import { getTelemetry } from "./machine-series.ts";
import { rollUpTelemetry } from "./rollup.ts";
import { closeUntil } from "./rollup-repository.ts";
import { takeSequences } from "./sequence-repository.ts";

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

let rt: TestRuntime;
beforeAll(async () => void (rt = await createTestRuntime()));
afterAll(() => rt.close());

interface Reading {
  at: number;
  metric: string;
  value: number;
}

const rollUpAll = async (): Promise<void> => {
  while (await rollUpTelemetry(rt));
};
let seq = 0;
const tele = (machineId: string, at: number, metrics: Record<string, number>, samples: [number, Record<string, number>][] = []): Received => {
  seq += 1;
  return { topic: `m/${machineId}/tele`, payload: Buffer.from(JSON.stringify({ v: 1, boot: "b", seq, metrics, ...(samples.length > 0 ? { samples } : {}) })), at: new Date(at) };
};

/** What the buckets of `seconds` must hold, worked out from the readings one by one. */
function expected(readings: readonly Reading[], seconds: number) {
  return [...Map.groupBy(readings, ({ at, metric }) => `${Math.floor(at / (seconds * SECOND_MS)) * seconds} ${metric}`)]
    .map(([key, its]) => {
      const values = its.map(({ value }) => value);
      const lastAt = Math.max(...its.map(({ at }) => at));
      const last = Math.max(...its.filter(({ at }) => at === lastAt).map(({ value }) => value));
      return { key, min: Math.min(...values), max: Math.max(...values), sum: values.reduce((sum, value) => sum + value, 0), count: values.length, last };
    })
    .sort((a, b) => (a.key < b.key ? -1 : 1));
}

async function rolledUp(subjectId: string, resolution: number) {
  const rows = await rt.db.prisma.telemetryRollup.findMany({ where: { subjectId, resolution, metric: { not: { startsWith: "$" } } } });
  return rows
    .map((row) => ({ key: `${row.at.getTime() / SECOND_MS} ${row.metric}`, min: row.min, max: row.max, sum: row.sum, count: Number(row.count), last: row.last }))
    .sort((a, b) => (a.key < b.key ? -1 : 1));
}

const step = fc.oneof(
  fc.record({ kind: fc.constant("say" as const), machine: fc.integer({ min: 0, max: 1 }), metric: fc.constantFrom("temp_c", "door"), quarters: fc.integer({ min: -400, max: 400 }), lateMs: fc.constantFrom(0, 0, 0, 1, 40 * SECOND_MS, 7 * MINUTE_MS, 3 * HOUR_MS), bufferedMs: fc.constantFrom(-1, -1, 0, 20 * SECOND_MS, 9 * MINUTE_MS, 26 * HOUR_MS) }),
  fc.record({ kind: fc.constant("wait" as const), ms: fc.constantFrom(1, 10 * SECOND_MS, MINUTE_MS, 5 * MINUTE_MS, 2 * HOUR_MS) }),
  fc.record({ kind: fc.constant("round" as const) }),
  fc.record({ kind: fc.constant("killed" as const) }),
);

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;
const said = { kind: "say", machine: 0, metric: "temp_c", quarters: 4, lateMs: 0, bufferedMs: -1 } as const;
/** A worker dies after closing, and then comes what was received before: rare by chance. */
const storedBetweenClosingAndMaking: Step[] = [{ kind: "wait", ms: 2 * HOUR_MS }, { kind: "killed" }, { ...said, quarters: 40, lateMs: 7 * MINUTE_MS }, said];

describe("roll-ups", () => {
  it("hold what the messages hold, in whatever order those came and whenever rounds were made; and a chart never waits for a round", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 40 }), async (steps) => {
        const organizationId = newId("organization");
        const machines = [await bareMachine(rt, { organizationId }), await bareMachine(rt, { organizationId })];
        const told = new Map<string, Reading[]>(machines.map(({ id }) => [id, []]));
        const start = rt.clock.now().getTime();
        for (const one of steps) {
          if (one.kind === "wait") rt.clock.advance(one.ms);
          else if (one.kind === "round") await rollUpTelemetry(rt);
          // A worker that died after closing: what is late from then on has not been passed by.
          else if (one.kind === "killed") await transact(rt, (tx) => closeUntil(tx, bucketBegin(rt.clock.now(), 300)));
          else {
            const id = machines[one.machine]?.id ?? "";
            // Received a while ago, stored now: the database was away.
            const at = rt.clock.now().getTime() - one.lateMs;
            const value = one.quarters / 4;
            const buffered = one.bufferedMs < 0 ? null : at - one.bufferedMs;
            const message = tele(id, at, { [one.metric]: value }, buffered === null ? [] : [[buffered, { [one.metric]: value + 1, temp_c: value }]]);
            await storeBatch(rt, [message, message]);
            told.get(id)?.push({ at, metric: one.metric, value });
            // One object cannot have a name twice.
            if (buffered !== null) for (const [metric, each] of Object.entries({ [one.metric]: value + 1, temp_c: value })) told.get(id)?.push({ at: buffered, metric, value: each });
          }
        }
        for (const { id } of machines) {
          const { series } = await getTelemetry(rt, "platform", { id, range: "1y" });
          const days = expected(told.get(id) ?? [], 86_400);
          expect(series.flatMap(({ at, metrics, extremes }) => Object.keys(metrics).map((name) => ({ key: `${Date.parse(at) / SECOND_MS} ${name}`, avg: metrics[name], extremes: extremes[name] }))).sort((a, b) => (a.key < b.key ? -1 : 1))).toEqual(
            days.map(({ key, min, max, sum, count }) => ({ key, avg: sum / count, extremes: [min, max] })),
          );
        }
        rt.clock.advance(7 * MINUTE_MS);
        await rollUpAll();
        for (const resolution of [300, 3_600, 86_400]) {
          for (const { id } of machines) expect(await rolledUp(id, resolution)).toEqual(expected(told.get(id) ?? [], resolution));
          expect(await rolledUp(organizationId, resolution)).toEqual(expected([...told.values()].flat(), resolution));
        }
        const counted = await rt.db.prisma.telemetryRollup.aggregate({ _sum: { count: true }, where: { subjectId: organizationId, resolution: 300, metric: "$messages" } });
        expect(Number(counted._sum.count ?? 0)).toBe(steps.filter((one) => one.kind === "say").length);
        expect(await rt.db.prisma.telemetryLate.count()).toBe(0);
        expect(start).toBeLessThan(rt.clock.now().getTime());
      }),
      { numRuns: 25, examples: [[storedBetweenClosingAndMaking]] },
    );
  }, 120_000);

  it("are made again by nobody: a second round, and a second worker, change nothing", async () => {
    const { id } = await bareMachine(rt);
    await storeBatch(rt, [tele(id, rt.clock.now().getTime(), { temp_c: 4 })]);
    rt.clock.advance(10 * MINUTE_MS);
    await Promise.all([rollUpAll(), rollUpAll()]);
    const before = await rolledUp(id, 300);
    expect(before).toMatchObject([{ count: 1 }]);
    await rollUpAll();
    expect(await rolledUp(id, 300)).toEqual(before);
  });

  it("stay right when a clock ran far ahead for a while, and was put back", async () => {
    const { id } = await bareMachine(rt);
    const now = rt.clock.now();
    rt.clock.set(new Date(now.getTime() + 400 * 24 * HOUR_MS));
    await rollUpAll();
    rt.clock.set(now);
    await storeBatch(rt, [tele(id, now.getTime(), { temp_c: 4 }), tele(id, now.getTime() + 1, { temp_c: 6 })]);
    await rollUpAll();
    expect(await rolledUp(id, 3_600)).toMatchObject([{ min: 4, max: 6, count: 2, last: 6 }]);
    const { series } = await getTelemetry(rt, "platform", { id, range: "24h" });
    expect(series).toMatchObject([{ metrics: { temp_c: 5 }, extremes: { temp_c: [4, 6] } }]);
    rt.clock.set(new Date(now.getTime() + 401 * 24 * HOUR_MS));
  });

  it("are not spoilt by a value that is no measurement", async () => {
    const { id } = await bareMachine(rt);
    const at = rt.clock.now().getTime();
    await storeBatch(rt, [tele(id, at, { temp_c: 1.7e308 }), tele(id, at, { temp_c: -1.7e308 }), tele(id, at, { temp_c: 1.7e308 }, [[at, { temp_c: 1.7e308 }]]), tele(id, at, { temp_c: 3 })]);
    expect((await getTelemetry(rt, "platform", { id, range: "1h" })).series).toMatchObject([{ metrics: { temp_c: 3 } }]);
    rt.clock.advance(10 * MINUTE_MS);
    await rollUpAll();
    expect(await rolledUp(id, 300)).toMatchObject([{ min: 3, max: 3, count: 1 }]);
  });

  it.skipIf(!process.env["TEST_DATABASE_URL"])("wait for a batch that is being stored while they are closed", async () => {
    const { id } = await bareMachine(rt);
    const at = rt.clock.now();
    const { promise: mayEnd, resolve: end } = Promise.withResolvers<void>();
    const { promise: began, resolve: begin } = Promise.withResolvers<void>();
    const storing = transact(rt, async (tx) => {
      await takeSequences(tx, [{ machine_id: id, boot: "slow", seq: "1" }], at);
      begin();
      await mayEnd;
      await tx.deviceMessage.create({ data: { machineId: id, boot: "slow", seq: 1, kind: "tele", payload: { metrics: { temp_c: 8 } }, receivedAt: at } });
    });
    await began;
    rt.clock.advance(10 * MINUTE_MS);
    const rounds = rollUpAll();
    await expect.poll(async () => (await rt.db.query({ text: "select 1 from pg_stat_activity where datname = current_database() and wait_event = 'advisory'" })).length).toBe(1);
    end();
    await Promise.all([storing, rounds]);
    expect(await rolledUp(id, 300)).toMatchObject([{ count: 1, last: 8 }]);
  });
});

describe("a fleet's charts", () => {
  it("count who was online, what came and how full machines are, for the organization and for all; with a gap where nobody counted", async () => {
    const organizationId = newId("organization");
    const [one, two, other] = [await bareMachine(rt, { organizationId }), await bareMachine(rt, { organizationId, status: "offline" }), await bareMachine(rt)];
    rt.clock.set(new Date(Math.ceil(rt.clock.now().getTime() / HOUR_MS) * HOUR_MS));
    await rollUpAll();
    const begin = rt.clock.now().getTime();
    for (let minute = 0; minute < 5; minute += 1) {
      await storeBatch(rt, [tele(one.id, begin + minute * MINUTE_MS, { temp_c: 4 }), tele(two.id, begin + minute * MINUTE_MS, { temp_c: 6 }), tele(other.id, begin, { temp_c: 100 })]);
      if (minute === 3) await presence(rt, two.id, "online");
      await rollUpAll();
      rt.clock.advance(MINUTE_MS);
    }
    // No worker for an hour.
    rt.clock.advance(HOUR_MS);
    await rollUpAll();
    rt.clock.advance(10 * MINUTE_MS);
    await rollUpAll();
    const { series, to, bucketSeconds } = await getFleetTelemetry(rt, { range: "24h", metrics: ["temp_c"], organizationId });
    expect(bucketSeconds).toBe(300);
    const first = series.find(({ at }) => Date.parse(at) === begin);
    expect(first).toEqual({ at: new Date(begin).toISOString(), online: { min: 1, avg: 1.4, max: 2 }, machines: 2, stockPercent: null, messagesPerMinute: 2, metrics: { temp_c: { min: 4, avg: 5, max: 6 } } });
    expect(series.filter(({ at }) => Date.parse(at) > begin && Date.parse(at) < begin + HOUR_MS)).toEqual([]);
    expect(Date.parse(to)).toBeGreaterThan(begin + HOUR_MS);
    const all = await getFleetTelemetry(rt, { range: "24h", metrics: ["temp_c"], organizationId: null });
    expect(all.series.find(({ at }) => Date.parse(at) === begin)?.metrics["temp_c"]).toEqual({ min: 4, avg: 110 / 3, max: 100 });
  });
});
