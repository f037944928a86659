import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { buffer, text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type FileStorage, fileStorage } from "./storage.ts";

let folder: string;
let storage: FileStorage;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "switchyard-storage-"));
  storage = fileStorage({ dataDir: folder });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function read(key: string, range?: { start: number; end: number }): Promise<string | null> {
  const stream = await storage.open(key, range);
  return stream && text(stream);
}

describe("files", () => {
  it("are read as they were written, whole and in pieces", async () => {
    const bytes = Buffer.from(Array.from({ length: 200_000 }, (_, index) => (index * 31) % 256));
    await storage.put("firmware/a.bin", Readable.from([bytes.subarray(0, 70_000), bytes.subarray(70_000)]));
    expect(await storage.size("firmware/a.bin")).toBe(200_000);
    const whole = await storage.open("firmware/a.bin");
    expect(whole && bytes.equals(await buffer(whole))).toBe(true);
    const piece = await storage.open("firmware/a.bin", { start: 65_535, end: 131_072 });
    expect(piece && bytes.subarray(65_535, 131_073).equals(await buffer(piece))).toBe(true);
    await storage.put("firmware/b.bin", Buffer.from("abc"));
    expect(await read("firmware/b.bin", { start: 1, end: 1 })).toBe("b");
  });

  it("that are not there are null, and are deleted once", async () => {
    expect([await read("firmware/none.bin"), await storage.size("firmware/none.bin"), await storage.delete("firmware/none.bin")]).toEqual([null, null, false]);
    await storage.put("archives/one.json", Buffer.from("{}"));
    expect([await storage.delete("archives/one.json"), await read("archives/one.json")]).toEqual([true, null]);
  });

  it("are replaced whole: a reader that has begun goes on with what was there", async () => {
    await storage.put("firmware/c.bin", Buffer.from("before"));
    const begun = await storage.open("firmware/c.bin");
    await storage.put("firmware/c.bin", Buffer.from("after"));
    expect([begun && (await text(begun)), await read("firmware/c.bin")]).toEqual(["before", "after"]);
  });

  it("whose stream breaks leave what was there, and nothing beside it", async () => {
    await storage.put("broken/d.bin", Buffer.from("before"));
    const breaking = Readable.from(
      (async function* () {
        yield Buffer.from("half");
        throw new Error("the line broke");
      })(),
    );
    await expect(storage.put("broken/d.bin", breaking)).rejects.toThrow("the line broke");
    expect([await read("broken/d.bin"), await readdir(join(folder, "files", "broken"))]).toEqual(["before", ["d.bin"]]);
  });

  it("written at once by two are one of the two", async () => {
    await Promise.all(["x", "y"].map((letter) => storage.put("firmware/e.bin", Buffer.from(letter.repeat(100_000)))));
    expect(["x".repeat(100_000), "y".repeat(100_000)]).toContain(await read("firmware/e.bin"));
  });

  it.each(["", "a", "../a/b", "a/../b", "/a/b", "a//b", "a/.b", "a/b/", "a/B", "a/b\0", "a\\b/c", "a/b~", `a/${"b".repeat(129)}`, "a/b c"])("have no key like %j", async (key) => {
    await writeFile(join(folder, "b"), "secret");
    for (const call of [() => storage.put(key, Buffer.from("x")), () => storage.open(key), () => storage.size(key), () => storage.delete(key)]) await expect(call()).rejects.toThrow("no key");
  });
});
