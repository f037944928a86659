import { describe, expect, it } from "vitest";
import { freeSlugOf, slugOf } from "./slug.ts";

describe("a machine's slug", () => {
  it.each([
    ["Lobby snacks", "lobby-snacks"],
    ["Café Zoë, São Paulo", "cafe-zoe-sao-paulo"],
    // Written as a letter and an accent of its own.
    ["Cafe\u0301", "cafe"],
    ["  --Gate 4--  ", "gate-4"],
    ["ＡＢＣ １２", "abc-12"],
    ["a".repeat(39) + " b", "a".repeat(39)],
  ])("of %j is %j", (name, slug) => {
    expect(slugOf(name)).toBe(slug);
    expect(freeSlugOf(name)).toMatch(new RegExp(`^${slug}-[0-9a-f]{8}$`));
  });

  it("is one of its own where the name has no Latin letter", () => {
    const [one, other] = [slugOf("서울역"), slugOf("서울역")];
    expect(one).toMatch(/^machine-[0-9a-f]{6}$/);
    expect(other).not.toBe(one);
    expect(freeSlugOf("서울역")).toMatch(/^machine-[0-9a-f]{8}$/);
  });
});
