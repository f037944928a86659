import { Readable } from "node:stream";
import { describe, expect, it } from "vitest";
import { lookUpRetained, type RetainedStore } from "./mqtt-retained.ts";

describe("retained messages by topic", () => {
  it("finds what is retained under topics, asks the broker's memory for patterns alone, and forgets what was cleared", async () => {
    const kept: string[] = [];
    const searched: (readonly string[])[] = [];
    const store: RetainedStore = {
      storeRetained: async ({ topic }) => void kept.push(topic),
      createRetainedStreamCombi: (patterns) => {
        searched.push(patterns);
        return Readable.from(["by the memory"]);
      },
    };
    lookUpRetained(store);
    const found = async (...patterns: string[]): Promise<unknown[]> => store.createRetainedStreamCombi(patterns).toArray();
    await store.storeRetained({ topic: "m/a/cfg", payload: Buffer.from("1") });
    await store.storeRetained({ topic: "m/a/cfg", payload: Buffer.from("2") });
    await store.storeRetained({ topic: "m/b/cfg", payload: Buffer.from("3") });
    expect(await found("m/a/cmd", "m/a/cfg", "m/a/ota")).toEqual([{ topic: "m/a/cfg", payload: Buffer.from("2") }]);
    await store.storeRetained({ topic: "m/a/cfg", payload: Buffer.alloc(0) });
    expect(await found("m/a/cfg")).toEqual([]);
    expect(searched).toEqual([]);
    expect(await found("m/a/cmd", "m/+/cfg")).toEqual(["by the memory"]);
    expect(searched).toEqual([["m/a/cmd", "m/+/cfg"]]);
    expect(kept).toEqual(["m/a/cfg", "m/a/cfg", "m/b/cfg", "m/a/cfg"]);
  });
});
