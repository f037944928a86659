import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { transact } from "#server/infra/runtime.ts";
import { createTestRuntime, type TestRuntime } from "#server/testing/runtime.ts";
import { bareMachine } from "../testing/alert-fixtures.ts";
import { type Received, storeBatch } from "../store-batch.ts";
import { getTelemetry } from "./machine-series.ts";
import { lockPartitions } from "./partition-repository.ts";
import { maintainTelemetry } from "./partitions.ts";
import { rollUpTelemetry } from "./rollup.ts";

const DAY_MS = 86_400_000;
let rt: TestRuntime;
let id: string;
beforeAll(async () => void (rt = await createTestRuntime()));
beforeEach(async () => void ({ id } = await bareMachine(rt)));
afterAll(() => rt.close());

const say = (seq: number, at = rt.clock.now()): Received => ({ topic: `m/${id}/tele`, payload: Buffer.from(JSON.stringify({ v: 1, boot: "b", seq, metrics: { temp_c: seq } })), at });
const tableOf = async (seq: number): Promise<string | undefined> => {
  const rows = await rt.db.query<{ name: string }>({ text: "select tableoid::regclass::text as name from device_message where machine_id = $1 and seq = $2", values: [id, seq] });
  return rows[0]?.name;
};
const partitions = async (parent: string): Promise<string[]> =>
  (await rt.db.query<{ name: string }>({ text: "select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid where i.inhparent = $1::regclass order by 1", values: [parent] })).map((row) => row.name);
const rollUpAll = async (): Promise<void> => {
  while (await rollUpTelemetry(rt));
};

describe("partitions of what machines say", () => {
  it("are made ahead; what came before lies in the default partition and is taken out of it", async () => {
    await storeBatch(rt, [say(1)]);
    expect(await tableOf(1)).toBe("device_message_default");
    await maintainTelemetry(rt);
    // The week from Thursday, 24 February 2028, on.
    expect(await tableOf(1)).toBe("device_message_20280224");
    expect(await partitions("device_message")).toEqual(expect.arrayContaining(["device_message_20280302", "device_message_20280309", "device_message_default"]));
    await storeBatch(rt, [say(2), say(3, new Date(rt.clock.now().getTime() + 8 * DAY_MS))]);
    expect([await tableOf(2), await tableOf(3)]).toEqual(["device_message_20280224", "device_message_20280302"]);
    rt.clock.advance(10 * DAY_MS);
    await rollUpAll();
    await maintainTelemetry(rt);
    expect(await partitions("telemetry_rollup")).toEqual(expect.arrayContaining(["telemetry_rollup_300_20280224", "telemetry_rollup_300_20280302"]));
    expect((await rt.db.query<{ count: bigint }>({ text: "select count(*) as count from telemetry_rollup_default" }))[0]?.count).toBe(0n);
    expect((await getTelemetry(rt, "platform", { id, range: "30d" })).series.map((point) => point.metrics["temp_c"])).toEqual([1.5, 3]);
  });

  it("do not keep a repetition out of sight: a message is known in whatever partition it lies, and when it is gone", async () => {
    const message = say(1);
    expect(await storeBatch(rt, [message])).toMatchObject({ stored: 1, duplicates: 0 });
    expect(await storeBatch(rt, [{ ...message, at: new Date(message.at.getTime() + 9 * DAY_MS) }, say(0), say(1_024), say(1_024)])).toMatchObject({ stored: 2, duplicates: 2 });
    await rt.db.prisma.deviceMessage.deleteMany({ where: { machineId: id } });
    expect(await storeBatch(rt, [message, say(1_024), say(1_023)])).toMatchObject({ stored: 1, duplicates: 2 });
  });

  it("take a message of a clock that ran far ahead, and leave it aside until its time comes", async () => {
    const far = new Date(Date.UTC(2077, 0, 1));
    await storeBatch(rt, [say(1, far)]);
    await maintainTelemetry(rt);
    expect(await tableOf(1)).toBe("device_message_default");
    expect((await partitions("device_message")).some((name) => name.startsWith("device_message_207"))).toBe(false);
  });

  it("are dropped when their time is over, with what is known of repetitions later; roll-ups stay; what is not rolled up stays too", async () => {
    await storeBatch(rt, [say(1)]);
    await maintainTelemetry(rt);
    const name = await tableOf(1);
    rt.clock.advance(40 * DAY_MS);
    await maintainTelemetry(rt);
    expect(await tableOf(1)).toBe(name);
    await rollUpAll();
    await maintainTelemetry(rt);
    expect(await partitions("device_message")).not.toContain(name);
    expect(await storeBatch(rt, [say(1)])).toMatchObject({ stored: 0, duplicates: 1 });
    expect((await getTelemetry(rt, "platform", { id, range: "1y" })).series).toMatchObject([{ metrics: { temp_c: 1 } }]);
    rt.clock.advance(46 * DAY_MS);
    await rollUpAll();
    await maintainTelemetry(rt);
    expect(await rt.db.prisma.deviceSequence.count({ where: { machineId: id } })).toBe(0);
    expect((await getTelemetry(rt, "platform", { id, range: "1y" })).series).toHaveLength(1);
  });

  it("are put in order by one process at a time", async () => {
    rt.clock.advance(30 * DAY_MS);
    await Promise.all([maintainTelemetry(rt), maintainTelemetry(rt), maintainTelemetry(rt)]);
    const before = await partitions("device_message");
    expect(new Set(before).size).toBe(before.length);
    if (!process.env["TEST_DATABASE_URL"]) return;
    rt.clock.advance(14 * DAY_MS);
    await transact(rt, async (tx) => {
      expect(await lockPartitions(tx)).toBe(true);
      await maintainTelemetry(rt);
    });
    expect(await partitions("device_message")).toEqual(before);
  });
});
