import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestRuntime, type TestRuntime } from "#server/testing/runtime.ts";
import { listConnections } from "../machines.ts";
import { givenSpeakingDevice, type SpeakingDevice } from "../testing/devices.ts";
import { givenOrganization } from "../testing/fixtures.ts";
import { getDiagnostics, listLog } from "./diagnostics.ts";

describe("diagnostics", () => {
  let rt: TestRuntime;
  let device: SpeakingDevice;

  beforeAll(async () => {
    rt = await createTestRuntime();
    device = await givenSpeakingDevice(rt);
  });
  afterAll(() => rt.close());

  const log = (input: Partial<Parameters<typeof listLog>[2]> = {}) => listLog(rt, { organizationId: device.organizationId }, { id: device.id, limit: 100, ...input });

  it("keep the last word of a batch, beside readings, whichever came first", async () => {
    await device.sayAll([
      { kind: "diag", message: { seq: 500, data: { reset_reason: "brownout", boots: 7 } } },
      { kind: "diag", message: { seq: 499, data: { reset_reason: "power_on" } } },
    ]);
    expect(await getDiagnostics(rt, "platform", device.id)).toMatchObject({ status: "online", firmwareVersion: "1.0.0", resetReason: "brownout", boots: 7, heapFreeBytes: null, rejectedCount: 0, reportedAt: rt.clock.now().toISOString() });
    // A reading with a lower number than the diagnostics is still the first reading.
    await device.say("tele", { seq: 300, metrics: { uptime_s: 61, heap_free_b: 182_000, rssi_dbm: -61 } });
    expect(await getDiagnostics(rt, "platform", device.id)).toMatchObject({ resetReason: "brownout", boots: 7, uptimeSeconds: 61, heapFreeBytes: 182_000, rssiDbm: -61, reported: { reset_reason: "brownout", boots: 7 } });
    await device.say("diag", { seq: 501, data: { reset_reason: 5, boots: "many" } });
    expect(await getDiagnostics(rt, "platform", device.id)).toMatchObject({ resetReason: null, boots: null, reported: { reset_reason: 5, boots: "many" } });
  });

  it("count how often it was away lately", async () => {
    for (let time = 0; time < 3; time += 1) {
      await device.goOffline();
      rt.clock.advance(9 * 3_600_000);
      await device.goOnline();
    }
    expect((await getDiagnostics(rt, "platform", device.id)).offlineCount24h).toBe(2);
  });

  it("list what was logged and what happened, newest first, by level, source and words", async () => {
    for (const [level, message] of [["debug", "d1"], ["info", "i1 Motor"], ["warning", "w1"], ["error", "e1"]]) {
      rt.clock.advance(1_000);
      await device.say("log", { level, message, tag: "motor", ts: 1 });
    }
    await device.say("event", { type: "door.open", level: "warning", data: { seconds: 5 } });
    const { data } = await log();
    expect(data.map((line) => line.message)).toEqual(expect.arrayContaining(["door.open", "e1", "w1", "i1 Motor", "d1"]));
    expect(data.find((line) => line.message === "w1")).toMatchObject({ level: "warning", source: "log", tag: "motor", data: null, deviceTime: "1970-01-01T00:00:00.001Z" });
    expect(data.find((line) => line.message === "door.open")).toMatchObject({ level: "warning", source: "event", tag: null, data: { seconds: 5 } });
    expect((await log({ level: "warning" })).data.map((line) => line.message).sort()).toEqual(["door.open", "e1", "w1"]);
    expect((await log({ source: "event" })).data.map((line) => line.message)).toEqual(["door.open"]);
    expect((await log({ search: "motor" })).data.map((line) => line.message)).toEqual(["i1 Motor"]);
    expect((await log({ search: "%" })).data).toEqual([]);
  });

  it("page through the log and the connections without a gap or a repetition", async () => {
    await device.sayAll(Array.from({ length: 25 }, (_, index) => ({ kind: "log" as const, message: { level: "info", message: `same time ${index}` } })));
    const all = (await log({ limit: 100 })).data.map((line) => line.id);
    const paged: string[] = [];
    let cursor: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof log>> = await log({ limit: 7, ...(cursor === null ? {} : { cursor }) });
      paged.push(...page.data.map((line) => line.id));
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(paged).toEqual(all);
    expect(new Set(paged).size).toBe(30);
    const first = await listConnections(rt, "platform", { id: device.id, limit: 3 });
    const second = await listConnections(rt, "platform", { id: device.id, limit: 100, cursor: first.nextCursor ?? "" });
    expect([...first.data, ...second.data].map((row) => row.type)).toEqual([
      ...Array.from({ length: 3 }, () => ["machine.online", "machine.offline"]).flat(),
      "machine.first_reading",
      "machine.online",
      "machine.claimed",
    ]);
    expect(second.nextCursor).toBeNull();
  });

  it("are another organization's secret, and refuse a cursor that is none", async () => {
    const stranger = { organizationId: await givenOrganization(rt) };
    await expect(getDiagnostics(rt, stranger, device.id)).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(listLog(rt, stranger, { id: device.id, limit: 1 })).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(log({ cursor: "nonsense" })).rejects.toMatchObject({ code: "INVALID_REQUEST" });
    await expect(log({ cursor: Buffer.from("1 b1 99999999999999999999").toString("base64url") })).rejects.toMatchObject({ code: "INVALID_REQUEST" });
  });
});
