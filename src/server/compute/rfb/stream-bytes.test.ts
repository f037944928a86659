import { PassThrough } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { readBytes } from "./stream-bytes.ts";

describe("reading so many bytes", () => {
  it("waits for the rest of a part without keeping the process from anything else", async () => {
    const stream = new PassThrough();
    const read = readBytes(stream, 6);
    stream.write("abc");
    // Timers run: nothing spins meanwhile.
    await sleep(20);
    stream.write("defgh");
    expect(String(await read)).toBe("abcdef");
    expect(String(await readBytes(stream, 2))).toBe("gh");
    expect(await readBytes(stream, 0)).toHaveLength(0);
  });

  it("takes more than a stream keeps by itself", async () => {
    const stream = new PassThrough({ highWaterMark: 16 });
    const read = readBytes(stream, 1_000);
    for (let n = 0; n < 10; n += 1) stream.write(Buffer.alloc(100, n));
    expect((await read).readUInt8(999)).toBe(9);
  });

  it("fails at the end, in the middle, and when told to", async () => {
    const ended = new PassThrough();
    ended.end("ab");
    await expect(readBytes(ended, 3)).rejects.toThrow("closed");
    await expect(readBytes(ended, 1)).rejects.toThrow("closed");
    const broken = new PassThrough();
    const read = readBytes(broken, 1);
    broken.destroy(new Error("pulled out"));
    await expect(read).rejects.toThrow("pulled out");
    await expect(readBytes(new PassThrough(), 1, AbortSignal.abort(new Error("enough")))).rejects.toThrow("enough");
    const abort = new AbortController();
    const waiting = readBytes(new PassThrough(), 1, abort.signal);
    abort.abort(new Error("enough"));
    await expect(waiting).rejects.toThrow("enough");
  });
});
