import { describe, expect, it } from "vitest";
import { createSealer, randomToken, safeEqual, sha256 } from "./crypto.ts";

describe("createSealer", () => {
  const old = createSealer(["old".repeat(12)]);
  const rotated = createSealer(["new".repeat(12), "old".repeat(12)]);

  it("opens what it sealed, and what an older key sealed", () => {
    const sealed = old.seal("secret", "signing_key:1");
    expect(sealed).not.toContain("secret");
    expect(old.open(sealed, "signing_key:1")).toBe("secret");
    expect(rotated.open(sealed, "signing_key:1")).toBe("secret");
    expect(() => old.open(rotated.seal("x", "c"), "c")).toThrow(/unknown key/);
  });

  it("refuses another place, and a changed byte", () => {
    const sealed = old.seal("secret", "signing_key:1");
    expect(() => old.open(sealed, "signing_key:2")).toThrow();
    expect(() => old.open(`${sealed.slice(0, -2)}AA`, "signing_key:1")).toThrow();
    expect(() => old.open("nonsense", "c")).toThrow(/unknown key or form/);
  });

  it("never seals alike twice", () => {
    expect(old.seal("a", "c")).not.toBe(old.seal("a", "c"));
  });
});

it("hashes, draws and compares tokens", () => {
  expect(sha256("abc")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  expect(randomToken()).toMatch(/^[\w-]{43}$/);
  expect(safeEqual("a", "a")).toBe(true);
  expect(safeEqual("a", "ab")).toBe(false);
});
