import { describe, expect, test } from "vitest";
import { safeDestination } from "./destination.ts";

describe("safeDestination", () => {
  test.each([
    ["/vms?project=prj_1#top", "/vms?project=prj_1#top"],
    [undefined, "/"],
    ["", "/"],
    ["https://evil.example/", "/"],
    ["//evil.example/", "/"],
    ["/\\evil.example/", "/"],
    ["/\t/evil.example", "/"],
    ["javascript:alert(1)", "/"],
    ["/../admin", "/admin"],
  ])("%j leads to %j", (wanted, expected) => expect(safeDestination(wanted)).toBe(expected));
});
