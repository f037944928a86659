import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createTestRuntime, type TestRuntime } from "../testing/runtime.ts";
import { eventsAfter, lastPosition, relayOnce } from "./events.ts";
import { transact } from "./runtime.ts";

let rt: TestRuntime;

beforeAll(async () => {
  rt = await createTestRuntime();
});

afterAll(() => rt.close());

it("gives every committed event one position, without gaps, while writers and two relays run at once", async () => {
  const WRITERS = 6;
  const EACH = 20;
  let writing = WRITERS;
  const write = async (writer: number): Promise<void> => {
    for (let n = 0; n < EACH; n += 1) {
      await transact(rt, async (tx) => {
        const subject = `subject-${writer}`;
        await tx.$executeRaw`insert into event (id, type, subject, data, created_at) values (${`evt_${writer}_${n}`}, 'test', ${subject}, ${{ n }}, now())`;
        // Transactions of different lengths: events become visible in another order than their seq was taken in.
        await tx.$executeRaw`select pg_sleep(${((writer * 7 + n * 3) % 5) / 1000}::float8)`;
      });
    }
    writing -= 1;
  };
  const relay = async (): Promise<void> => {
    while (writing > 0) {
      await relayOnce(rt);
      // PGlite answers without leaving the process: without a pause the writers would never get their turn.
      await setTimeout(1);
    }
  };
  await Promise.all([...Array.from({ length: WRITERS }, (_, writer) => write(writer)), relay(), relay()]);
  while ((await relayOnce(rt)) > 0);

  const events = await eventsAfter(rt, 0n, WRITERS * EACH + 1);
  expect(events.map((event) => event.position)).toEqual(Array.from({ length: WRITERS * EACH }, (_, index) => BigInt(index + 1)));
  expect(await lastPosition(rt)).toBe(BigInt(WRITERS * EACH));
  for (let writer = 0; writer < WRITERS; writer += 1) {
    const own = events.filter((event) => event.subject === `subject-${writer}`).map((event) => (event.data as { n: number }).n);
    expect(own).toEqual(Array.from({ length: EACH }, (_, n) => n));
  }
});

it("moves no more than the batch at once, the oldest first", async () => {
  const before = await lastPosition(rt);
  for (let n = 0; n < 5; n += 1) {
    await rt.db.query({ text: "insert into event (id, type, subject, data, created_at) values ($1, 'test', 'batch', '{}', now())", values: [`evt_batch_${n}`] });
  }
  const moved = async (): Promise<number | undefined> => (await rt.db.query<{ moved: number }>({ text: "select relay_events(3) as moved" }))[0]?.moved;
  expect([await moved(), await moved(), await moved()]).toEqual([3, 2, 0]);
  expect((await eventsAfter(rt, before)).map((event) => event.id)).toEqual([0, 1, 2, 3, 4].map((n) => `evt_batch_${n}`));
});
