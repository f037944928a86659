import { describe, expect, it } from "vitest";
import { isId, newId } from "./ids.ts";

describe("ids", () => {
  it("carry their kind and sort by time", async () => {
    const first = newId("vm");
    await new Promise((done) => setTimeout(done, 2));
    const second = newId("vm");
    expect(first).toMatch(/^vm_[0-7][0-9a-z]{25}$/);
    expect([second, first].sort()).toEqual([first, second]);
  });

  it("are recognised by form and kind", () => {
    const id = newId("machine");
    expect(isId("machine", id)).toBe(true);
    expect(isId("vm", id)).toBe(false);
    for (const wrong of ["", "mch_", `${id}x`, id.toUpperCase(), id.replace(/.$/, "u"), `mch_8${id.slice(5)}`, `${id}\n`]) expect(isId("machine", wrong)).toBe(false);
  });
});
