import { describe, expect, it } from "vitest";
import { gather } from "./gather.ts";

describe("gather", () => {
  it("begins with the first at once and takes those that come meanwhile together, each with its own answer", async () => {
    const batches: number[][] = [];
    let release: () => void = () => {};
    const double = gather(async (items: readonly number[]) => {
      batches.push([...items]);
      if (batches.length === 1) await new Promise<void>((resolve) => (release = resolve));
      return items.map((item) => item * 2);
    }, 3);
    const answers = [1, 2, 3, 4, 5].map((item) => double(item));
    expect(batches).toEqual([[1]]);
    release();
    expect(await Promise.all(answers)).toEqual([2, 4, 6, 8, 10]);
    expect(batches).toEqual([[1], [2, 3, 4], [5]]);
  });

  it("tells a failure to those it concerns, and goes on", async () => {
    let failing = true;
    const ask = gather(async (items: readonly string[]) => {
      if (failing) throw new Error("not now");
      return items;
    });
    await expect(ask("a")).rejects.toThrow("not now");
    failing = false;
    expect(await ask("b")).toBe("b");
  });
});
