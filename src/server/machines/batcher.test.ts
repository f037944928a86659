import { describe, expect, it } from "vitest";
import { createLogger } from "#server/infra/logger.ts";
import { type BatcherOptions, startBatcher } from "./batcher.ts";
import { eventually } from "./testing/broker.ts";

/** A store that can be told what it refuses. */
function memoryStore(options: { refuses?: (item: number) => boolean; away?: () => boolean } = {}) {
  const seen = { stored: [] as number[], batches: [] as number[], acknowledged: [] as number[], quarantined: [] as number[], recovered: 0, attempts: 0 };
  const batcherOptions: BatcherOptions<number> = {
    log: createLogger("silent"),
    async store(batch) {
      seen.attempts += 1;
      if (options.away?.()) throw new Error("away");
      if (batch.some((item) => options.refuses?.(item))) throw new Error("refused");
      seen.stored.push(...batch);
      seen.batches.push(batch.length);
    },
    stored: (batch) => void seen.acknowledged.push(...batch),
    async alive() {
      if (options.away?.()) throw new Error("away");
    },
    async giveUp(item) {
      seen.quarantined.push(item);
    },
    recovered: () => (seen.recovered += 1),
  };
  return { seen, batcher: startBatcher(batcherOptions) };
}

const numbers = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index);

describe("the batcher", () => {
  it("stores in order: 500 at once, and of a backlog at most 2 000", async () => {
    const { seen, batcher } = memoryStore();
    for (const item of numbers(0, 5_234)) batcher.add(item);
    await eventually(() => seen.acknowledged.length === 5_234);
    expect(seen.stored).toEqual(numbers(0, 5_234));
    expect(seen.batches).toEqual([500, 2_000, 2_000, 734]);
    await batcher.stop();
  });

  it("takes the one message out that the database refuses, and stores the others in order", async () => {
    const { seen, batcher } = memoryStore({ refuses: (item) => item === 7 });
    for (const item of numbers(0, 20)) batcher.add(item);
    await eventually(() => seen.acknowledged.length === 20);
    expect(seen.quarantined).toEqual([7]);
    expect(seen.stored).toEqual([...numbers(0, 7), ...numbers(8, 20)]);
    expect(seen.acknowledged).toEqual(numbers(0, 20));
    await batcher.stop();
  });

  it("waits while the database is away, quarantines nothing and acknowledges nothing", async () => {
    let away = true;
    const { seen, batcher } = memoryStore({ away: () => away });
    for (const item of numbers(0, 5)) batcher.add(item);
    await eventually(() => batcher.failing());
    await eventually(() => seen.attempts >= 3);
    expect(seen).toMatchObject({ stored: [], batches: [], acknowledged: [], quarantined: [], recovered: 0 });
    away = false;
    await eventually(() => seen.acknowledged.length === 5);
    expect(seen.recovered).toBe(1);
    expect(batcher.failing()).toBe(false);
    await batcher.stop();
  });

  it("stores what it has before it stops, and stops at once when the database is away", async () => {
    const { seen, batcher } = memoryStore();
    for (const item of numbers(0, 900)) batcher.add(item);
    await batcher.stop();
    expect(seen.acknowledged).toEqual(numbers(0, 900));
    const lost = memoryStore({ away: () => true });
    lost.batcher.add(1);
    await eventually(() => lost.batcher.failing());
    await lost.batcher.stop();
    expect(lost.seen.acknowledged).toEqual([]);
  });
});
