import { describe, expect, test } from "vitest";
import { fieldErrors } from "./server-errors.ts";

const thrown = (details: unknown) => ({ data: { app: { code: "INVALID_REQUEST", message: "", category: "validation", requestId: "req_1", details } } });

describe("fieldErrors", () => {
  test("gives each field its sentence", () =>
    expect(fieldErrors(thrown([{ field: "name", message: "must not be empty" }, { field: "slots.0.count", message: "Too big!" }]))).toEqual({ name: "Must not be empty.", "slots.0.count": "Too big!" }));
  test("leaves out what is about the whole", () => expect(fieldErrors(thrown([{ field: "", message: "is wrong" }]))).toEqual({}));
  test("is empty for an error without details, and for one that is not the server's", () => {
    expect(fieldErrors(thrown(undefined))).toEqual({});
    expect(fieldErrors(new Error("network"))).toEqual({});
    expect(fieldErrors(null)).toEqual({});
  });
});
