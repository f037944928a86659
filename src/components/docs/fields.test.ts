import { describe, expect, it } from "vitest";
import { fieldRows, typeName } from "./fields.ts";

const schemas = { Vm: { type: "object", required: ["id"], properties: { id: { type: "string" }, labels: { type: "object", additionalProperties: { type: "string" } } } } };

describe("fieldRows", () => {
  it("lists the fields of objects inside lists, references and choices", () => {
    const rows = fieldRows({ type: "object", required: ["data"], properties: { data: { type: "array", items: { $ref: "#/components/schemas/Vm" } }, error: { anyOf: [{ type: "object", properties: { code: { type: "string" } } }, { type: "null" }] } } }, schemas);
    expect(rows.map(({ path, depth, type, required }) => [path, depth, type, required])).toEqual([
      ["data", 0, "Vm[]", true],
      ["data[].id", 1, "string", true],
      ["data[].labels", 1, "object of string", false],
      ["error", 0, "object | null", false],
      ["error.code", 1, "string", false],
    ]);
  });

  it("ends for a schema that holds itself", () => {
    const circular = { Node: { type: "object", properties: { next: { $ref: "#/components/schemas/Node" } } } };
    expect(fieldRows({ $ref: "#/components/schemas/Node" }, circular)).toHaveLength(5);
  });
});

describe("typeName", () => {
  it("names choices, formats and lists", () => {
    expect(typeName({ enum: ["a", "b"] }, {})).toBe('"a" | "b"');
    expect(typeName({ type: "string", format: "date-time" }, {})).toBe("date-time");
    expect(typeName({ type: "array", items: { anyOf: [{ type: "string" }, { type: "null" }] } }, {})).toBe("(string | null)[]");
  });
});
