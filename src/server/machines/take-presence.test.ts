import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newId } from "#shared/ids.ts";
import { createTestRuntime, type TestRuntime } from "#server/testing/runtime.ts";
import { type Received, storeBatch } from "./store-batch.ts";

describe("machines that come and go together", () => {
  let rt: TestRuntime;
  const organizationId = newId("organization");
  const ids = Array.from({ length: 40 }, () => newId("machine"));
  const [quiet = "", ...speaking] = ids;

  beforeAll(async () => {
    rt = await createTestRuntime();
    const at = rt.clock.now();
    await rt.db.prisma.machine.createMany({ data: ids.map((id) => ({ id, organizationId, name: id, slug: id, status: "offline", reportedVersion: 1, firmwareVersion: "0.9.0", ip: "10.0.0.1", claimedAt: at, createdAt: at, updatedAt: at })) });
  });
  afterAll(() => rt.close());

  let seq = 0;
  const said = (id: string, kind: string, message: object): Received => ({ topic: `m/${id}/${kind}`, payload: Buffer.from(JSON.stringify({ v: 1, boot: "b", seq: (seq += 1), ...message })), at: rt.clock.now() });
  const history = async (id: string): Promise<string[]> => (await rt.db.prisma.event.findMany({ where: { subject: id }, orderBy: { seq: "asc" } })).map((event) => event.type);
  const connections = async (id: string): Promise<(string | null)[]> => (await rt.db.prisma.machineConnection.findMany({ where: { machineId: id }, orderBy: { id: "asc" } })).flatMap((row) => [row.type, row.reason]);
  const machines = () => rt.db.prisma.machine.findMany({ where: { organizationId }, orderBy: { id: "asc" } });

  it("are online each with its own session, in one batch, and each step is told in its order", async () => {
    const at = rt.clock.now();
    const hello = speaking.map((id, i) => said(id, "status", { state: "online", session: `s${i}`, fw: `1.0.${i}`, ...(i % 2 === 0 ? { ip: `10.0.1.${i}` } : {}) }));
    await storeBatch(rt, [...hello, ...speaking.map((id) => said(id, "tele", { metrics: { temp_c: 4 } }))]);
    const byId = new Map((await machines()).map((machine) => [machine.id, machine]));
    for (const [i, id] of speaking.entries()) {
      expect(byId.get(id)).toMatchObject({ status: "online", mqttSession: `s${i}`, firmwareVersion: `1.0.${i}`, ip: i % 2 === 0 ? `10.0.1.${i}` : "10.0.0.1", connectedAt: at, firstReadingAt: at, statusChangedAt: at });
      expect(await history(id)).toEqual(["machine.online", "machine.first_reading"]);
      expect(await connections(id)).toEqual(["machine.online", null, "machine.first_reading", null]);
    }
    expect(byId.get(quiet)).toMatchObject({ status: "offline", mqttSession: null, firmwareVersion: "0.9.0", connectedAt: null, statusChangedAt: null });
  });

  it("are offline by their wills, in one batch with those that are back already", async () => {
    const before = new Map((await machines()).map((machine) => [machine.id, machine]));
    rt.clock.advance(60_000);
    const back = speaking.slice(0, 5);
    await storeBatch(rt, [
      ...back.map((id, i) => said(id, "status", { state: "online", session: `new${i}` })),
      ...speaking.map((id, i) => said(id, "status", { state: "offline", session: `s${i}` })),
    ]);
    for (const machine of await machines()) {
      if (machine.id === quiet) continue;
      const here = back.includes(machine.id);
      expect(machine).toMatchObject({ status: here ? "online" : "offline", mqttSession: here ? `new${back.indexOf(machine.id)}` : null });
      // What did not change keeps its time.
      expect(machine.statusChangedAt).toEqual(here ? before.get(machine.id)?.statusChangedAt : rt.clock.now());
      expect(machine.connectedAt).toEqual(before.get(machine.id)?.connectedAt);
      expect((await history(machine.id)).slice(2)).toEqual(here ? [] : ["machine.offline"]);
      expect((await connections(machine.id)).slice(4)).toEqual(here ? [] : ["machine.offline", "will"]);
    }
  });
});
