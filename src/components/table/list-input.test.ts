import { describe, expect, test } from "vitest";
import { listInput, listInputOf } from "./list-input.ts";

describe("listInputOf", () => {
  test("reads what the browser writes", () => expect(listInputOf({ page: "3", status: "online", q: "lobby" }, ["online", "offline"])).toEqual(listInput({ page: 3, status: "online", q: "lobby" })));
  test("leaves out what it does not know", () => expect(listInputOf({ page: "-1", status: "nonsense", q: ["a", "b"] }, ["online"])).toEqual({ page: 1 }));
});
