import { describe, expect, test } from "vitest";
import { auditChanges } from "./audit-changes.ts";

describe("auditChanges", () => {
  test("what changed stands before what did not", () =>
    expect(auditChanges({ name: "a", size: 1 }, { name: "a", size: 2 })).toEqual([
      { field: "size", before: "1", after: "2" },
      { field: "name", before: "a", after: "a" },
    ]));
  test("reaches into objects, not into lists", () => expect(auditChanges(null, { network: { ip: "10.0.0.1" }, tags: ["x", 1] })).toEqual([
    { field: "network.ip", before: null, after: "10.0.0.1" },
    { field: "tags", before: null, after: '["x",1]' },
  ]));
  test("a null that was recorded is not the same as nothing", () => expect(auditChanges({ host: null }, null)).toEqual([{ field: "host", before: "null", after: null }]));
  test("is empty when nothing was recorded", () => expect(auditChanges(null, null)).toEqual([]));
});
