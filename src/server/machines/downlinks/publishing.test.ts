import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newId } from "#shared/ids.ts";
import type { MqttPublisher, OutgoingMessage } from "#server/infra/mqtt-publisher.ts";
import { transact } from "#server/infra/runtime.ts";
import { createTestRuntime, type TestRuntime } from "#server/testing/runtime.ts";
import { givenMachine } from "../testing/fixtures.ts";
import { type NewDownlink, sendDownlink, sendSealedDownlink } from "./downlinks.ts";
import { publishDownlinks } from "./publishing.ts";

const POSTGRES = process.env["TEST_DATABASE_URL"];

describe("the outbox to devices", () => {
  let rt: TestRuntime;

  beforeAll(async () => {
    rt = await createTestRuntime();
  });
  afterAll(() => rt.close());

  const send = (downlink: Omit<NewDownlink, "at">) => transact(rt, (tx) => sendDownlink(tx, { ...downlink, at: rt.clock.now() }));
  const waiting = () => rt.db.prisma.downlink.count();

  it("publishes in the order of the rows, retained ones retained, and empties itself", async () => {
    const { id } = await givenMachine(rt);
    for (let version = 1; version <= 25; version += 1) await send({ machineId: id, part: "cfg", payload: { v: 1, version }, retain: true });
    await send({ machineId: id, part: "status", payload: null, retain: true });
    const broker = recording();
    while ((await publishDownlinks(rt, broker)).published > 0);
    expect(broker.taken.map((message) => message.payload)).toEqual([...Array.from({ length: 25 }, (_, index) => JSON.stringify({ v: 1, version: index + 1 })), ""]);
    expect(broker.taken.at(-1)).toEqual({ to: id, topic: `m/${id}/status`, payload: "", retain: true });
    expect(await waiting()).toBe(0);
  });

  it("publishes what was not taken again, with all behind it, and other machines' meanwhile", async () => {
    const [stuck, other] = [await givenMachine(rt), await givenMachine(rt)];
    for (const version of [1, 2, 3]) await send({ machineId: stuck.id, part: "cfg", payload: { version } });
    await send({ machineId: other.id, part: "cfg", payload: { version: 9 } });
    const broker = recording((message) => !message.payload.includes('"version":2'));
    expect(await publishDownlinks(rt, broker)).toEqual({ published: 2, dropped: 0, failed: 1 });
    expect(versions(broker, stuck.id)).toEqual([1]);
    expect(versions(broker, other.id)).toEqual([9]);
    const mended = recording();
    expect(await publishDownlinks(rt, mended)).toEqual({ published: 2, dropped: 0, failed: 0 });
    expect(versions(mended, stuck.id)).toEqual([2, 3]);
  });

  it("never publishes what has expired, and stamps a command with the time at which it goes out", async () => {
    const { id } = await givenMachine(rt);
    const exp = rt.clock.now().getTime() + 20_000;
    await send({ machineId: id, part: "cmd", payload: { id: "one", exp, ts: 0 }, expiresAt: new Date(exp) });
    await send({ machineId: id, part: "cmd", payload: { id: "two", exp: exp + 1, ts: 0 }, expiresAt: new Date(exp + 1) });
    rt.clock.advance(20_000);
    const broker = recording();
    expect(await publishDownlinks(rt, broker)).toEqual({ published: 1, dropped: 1, failed: 0 });
    expect(JSON.parse(broker.taken[0]?.payload ?? "")).toEqual({ id: "two", exp: exp + 1, ts: exp });
    expect(broker.taken[0]).toMatchObject({ retain: false, expirySeconds: 1 });
    expect(await waiting()).toBe(0);
  });

  it("keeps secrets sealed and publishes them open", async () => {
    const { id } = await givenMachine(rt);
    await transact(rt, (tx) => sendSealedDownlink(tx, rt.sealer, { machineId: id, part: "cmd", payload: { args: { password: "hunter2" } }, at: rt.clock.now() }));
    expect((await rt.db.prisma.downlink.findFirstOrThrow()).payload).not.toContain("hunter2");
    const broker = recording();
    await publishDownlinks(rt, broker);
    expect(JSON.parse(broker.taken[0]?.payload ?? "")).toMatchObject({ args: { password: "hunter2" } });
  });

  it("refuses what devices would not take, unknown machines and retained commands", async () => {
    const { id } = await givenMachine(rt);
    await expect(send({ machineId: id, part: "cfg", payload: { text: "x".repeat(8_192) } })).rejects.toMatchObject({ code: "PAYLOAD_TOO_LARGE" });
    await expect(send({ machineId: newId("machine"), part: "cfg", payload: {} })).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(send({ machineId: id, part: "cmd", payload: {}, retain: true })).rejects.toThrow("never retained");
    expect(await waiting()).toBe(0);
  });

  it.skipIf(!POSTGRES)("is emptied by several bridges, each row by one of them and each machine in order", { timeout: 30_000 }, async () => {
    const machines = await Promise.all(Array.from({ length: 6 }, () => givenMachine(rt)));
    // Rows are written while others are published: order must hold between a row that is under way and one that comes after it.
    const broker = recording(() => true, 2);
    let writing = true;
    const bridges = Array.from({ length: 3 }, async () => {
      while (writing || (await waiting()) > 0) await publishDownlinks(rt, broker);
    });
    for (let version = 1; version <= 30; version += 1) await Promise.all(machines.map(({ id }) => send({ machineId: id, part: "cfg", payload: { version } })));
    writing = false;
    await Promise.all(bridges);
    for (const { id } of machines) expect(versions(broker, id)).toEqual(Array.from({ length: 30 }, (_, index) => index + 1));
  });
});

/** A broker that notes what it takes; each message takes it `ms`. */
function recording(takes: (message: OutgoingMessage) => boolean = () => true, ms = 0): MqttPublisher & { taken: OutgoingMessage[] } {
  const taken: OutgoingMessage[] = [];
  return {
    taken,
    ready: () => true,
    async publish(message) {
      if (!takes(message)) throw new Error("not taken");
      taken.push(message);
      await new Promise((resolve) => setTimeout(resolve, ms));
    },
  };
}

function versions(broker: { taken: OutgoingMessage[] }, machineId: string): number[] {
  return broker.taken.filter((message) => message.topic.startsWith(`m/${machineId}/`)).map((message) => (JSON.parse(message.payload) as { version: number }).version);
}
