import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestRuntime, type TestRuntime } from "../testing/runtime.ts";
import { openDatabase } from "./database.ts";
import { createLogger } from "./logger.ts";
import { createRealtime, type RealtimeMessage } from "./realtime.ts";
import { createSignals, type Signals } from "./signals.ts";

/** Two sets of everything, as two processes have them, on one database and one Redis. */
const log = createLogger("silent");
let rt: TestRuntime;
beforeAll(async () => void (rt = await createTestRuntime()));
afterAll(() => rt.close());

describe("signals", () => {
  it("wake listeners in the same process, until they stop listening", async () => {
    let heard = 0;
    const off = rt.signals.on("operations", () => (heard += 1));
    rt.signals.send("operations");
    rt.signals.send("events");
    await expect.poll(() => heard).toBeGreaterThan(0);
    off();
    const before = heard;
    const again = new Promise<void>((resolve) => void rt.signals.on("operations", resolve));
    rt.signals.send("operations");
    await again;
    expect(heard).toBe(before);
  });

  it.runIf(process.env.TEST_DATABASE_URL)("reach the other process over PostgreSQL, also after its connection broke", async () => {
    const database = await openDatabase({ databaseUrl: rt.databaseUrl, databasePoolSize: 2, databaseWaitSeconds: 5, dataDir: "", ephemeral: false });
    const other: Signals = await createSignals(database, log);
    let heard = 0;
    other.on("events", () => (heard += 1));
    rt.signals.send("events");
    await expect.poll(() => heard).toBe(1);

    await rt.db.query({ text: "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and query like 'listen %'" });
    await expect
      .poll(
        () => {
          rt.signals.send("events");
          return heard;
        },
        { timeout: 15_000, interval: 250 },
      )
      .toBeGreaterThan(1);
    await other.close();
    await database.close();
  });
});

describe("realtime", () => {
  const message: RealtimeMessage = { rooms: ["admin"], name: "machine.telemetry", data: { machineId: "mch_1", at: "2028-01-01T00:00:00.000Z", metrics: { temp_c: 4 } } };

  it("stays in the process without Redis", () => {
    const realtime = createRealtime(null, log);
    const seen: RealtimeMessage[] = [];
    realtime.subscribe((one) => void seen.push(one));
    realtime.publish(message);
    expect(seen).toEqual([message]);
    expect(realtime.ping).toBeNull();
  });

  it.runIf(process.env.TEST_REDIS_URL)("reaches every process over Redis, the sender's too, once each", async () => {
    const [first, second] = [createRealtime(process.env.TEST_REDIS_URL ?? null, log), createRealtime(process.env.TEST_REDIS_URL ?? null, log)];
    const seen: Record<"first" | "second", RealtimeMessage[]> = { first: [], second: [] };
    first.subscribe((one) => void seen.first.push(one));
    second.subscribe((one) => void seen.second.push(one));
    // A subscription takes a moment to reach Redis: the marker is repeated until both hear.
    await expect
      .poll(() => {
        first.publish({ ...message, name: "marker" });
        return seen.first.length > 0 && seen.second.length > 0;
      })
      .toBe(true);
    first.publish(message);
    const arrived = (list: RealtimeMessage[]) => list.filter((one) => one.name === message.name);
    await expect.poll(() => [arrived(seen.first).length, arrived(seen.second).length]).toEqual([1, 1]);
    expect(arrived(seen.second)).toEqual([message]);
    expect(await first.ping?.()).toBeGreaterThan(0);
    await first.close();
    await second.close();
  });

  it("says so when Redis does not answer", async () => {
    const away = createRealtime("redis://127.0.0.1:1", log);
    await expect(away.ping?.()).rejects.toThrow();
    await away.close();
  });
});
