import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestRuntime, type TestRuntime } from "../testing/runtime.ts";
import { consumeEvents, eventsAfter, lastPosition, publish, relayOnce, startRelay, type StoredEvent, tailEvents } from "./events.ts";
import { transact } from "./runtime.ts";

let rt: TestRuntime;
beforeAll(async () => {
  rt = await createTestRuntime();
});
afterAll(() => rt.close());

function announce(subject: string, name: string): Promise<void> {
  return transact(rt, (tx) =>
    publish(tx, { type: "vm.created", subject, organizationId: "org_x", data: { vmId: subject, projectId: "prj_x", name }, at: rt.clock.now() }),
  );
}

const named = (events: StoredEvent[]) => events.map((event) => (event.data as { name: string }).name);

describe("the outbox", () => {
  it("gives positions without gaps, in the order of the commits of a subject", async () => {
    const start = await lastPosition(rt);
    for (let i = 0; i < 20; i += 1) await announce("vm_a", `a${i}`);
    while ((await relayOnce(rt)) > 0);
    const events = await eventsAfter(rt, start);
    expect(named(events)).toEqual(Array.from({ length: 20 }, (_, i) => `a${i}`));
    expect(events.map((event) => event.position - start)).toEqual(Array.from({ length: 20 }, (_, i) => BigInt(i + 1)));
  });

  it("keeps nothing of a transaction that was rolled back", async () => {
    const start = await lastPosition(rt);
    await expect(
      transact(rt, async (tx) => {
        await publish(tx, { type: "vm.updated", subject: "vm_b", organizationId: null, data: { vmId: "vm_b" }, at: rt.clock.now() });
        throw new Error("changed my mind");
      }),
    ).rejects.toThrow("changed my mind");
    await relayOnce(rt);
    expect(await lastPosition(rt)).toBe(start);
  });

  it("wakes those who consume when there is an event for them, not at each commit", async () => {
    const relay = startRelay(rt);
    let woken = 0;
    const off = rt.signals.on("events", () => void (woken += 1));
    for (let i = 0; i < 5; i += 1) await transact(rt, (tx) => tx.event.count());
    await announce("vm_w", "w");
    await expect.poll(() => woken).toBeGreaterThan(0);
    // One relay moved it; between processes it is heard a second time.
    expect(woken).toBeLessThanOrEqual(2);
    off();
    await relay.stop();
  });

  it("bears several relays at once: each event has one position, no position is given twice or left out", async () => {
    const start = await lastPosition(rt);
    await Promise.all(Array.from({ length: 60 }, (_, i) => announce(`vm_${i % 7}`, `n${i}`)));
    const relay = async () => {
      while ((await relayOnce(rt)) > 0);
    };
    await Promise.all([relay(), relay(), relay(), relay()]);
    const events = await eventsAfter(rt, start);
    expect(events).toHaveLength(60);
    expect(new Set(events.map((event) => event.id)).size).toBe(60);
    expect(events.at(-1)?.position).toBe(start + 60n);
  });

  it("delivers to a consumer again what its handler failed on, and goes on in order", async () => {
    const seen: string[] = [];
    let failures = 2;
    const consumer = await consumeEvents(rt, "test-consumer", "all", async (event) => {
      const name = (event.data as { name: string }).name;
      if (name === "c1" && failures > 0) {
        failures -= 1;
        throw new Error("not now");
      }
      seen.push(name);
    });
    const relay = startRelay(rt);
    for (const name of ["c0", "c1", "c2"]) await announce("vm_c", name);
    await expect.poll(() => seen, { timeout: 15_000 }).toEqual(["c0", "c1", "c2"]);
    await consumer.stop();

    await announce("vm_c", "c3");
    await expect.poll(() => lastPosition(rt)).toBeGreaterThan(0n);
    const again = await consumeEvents(rt, "test-consumer", "all", async (event) => void seen.push((event.data as { name: string }).name));
    await expect.poll(() => seen, { timeout: 15_000 }).toEqual(["c0", "c1", "c2", "c3"]);
    await again.stop();
    await relay.stop();
  });

  it("passes over what a consumer does not ask for, and notes how far it is", async () => {
    const seen: string[] = [];
    const handle = async (event: StoredEvent): Promise<void> => void seen.push((event.data as { name: string }).name);
    const start = await lastPosition(rt);
    const consumer = await consumeEvents(rt, "choosy", ["vm.created"], handle);
    const relay = startRelay(rt);
    const other = (name: string) => transact(rt, (tx) => publish(tx, { type: "machine.online", subject: "mch_a", data: { machineId: name, firstTime: false }, organizationId: null, at: rt.clock.now() }));
    await other("e0");
    await announce("vm_e", "e1");
    for (let i = 0; i < 5; i += 1) await other(`e${i + 2}`);
    await expect.poll(() => seen, { timeout: 15_000 }).toEqual(["e1"]);
    const noted = async (): Promise<bigint | undefined> => (await rt.db.query<{ position: bigint }>({ text: "select position from event_cursor where name = 'choosy'" }))[0]?.position;
    await expect.poll(noted, { timeout: 15_000 }).toBe(start + 7n);
    expect(await eventsAfter(rt, start + 7n)).toEqual([]);
    await consumer.stop();
    await relay.stop();
  });

  it("shows a tail only what comes after it began", async () => {
    await announce("vm_d", "before");
    while ((await relayOnce(rt)) > 0);
    const seen: string[] = [];
    const tail = await tailEvents(rt, (event) => void seen.push((event.data as { name: string }).name));
    const relay = startRelay(rt);
    await announce("vm_d", "after");
    await expect.poll(() => seen, { timeout: 15_000 }).toEqual(["after"]);
    await tail.stop();
    await relay.stop();
  });
});
