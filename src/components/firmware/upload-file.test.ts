import { expect, it } from "vitest";
import { problemOf } from "./upload-file.ts";

const error = (body: object) => JSON.stringify({ error: body });

it.each<[string, number, string, unknown]>([
  ["taken", 201, "{}", null],
  ["known already", 200, "{}", null],
  ["refused", 400, error({ message: "The image is damaged: its checksum is wrong.", reason: "checksum" }), { kind: "refused", reason: "checksum", detail: "its checksum is wrong." }],
  ["refused without more to say", 400, error({ message: "The file is empty.", reason: "empty" }), { kind: "refused", reason: "empty", detail: "" }],
  ["refused for a reason of a newer server", 400, error({ message: "Too new.", reason: "too_new" }), { kind: "server", detail: "Too new." }],
  ["too large", 413, error({ message: "The request body is larger than 16384 KB." }), { kind: "too_large", detail: "" }],
  ["signed out", 401, error({ message: "Sign in to continue." }), { kind: "signed_out", detail: "" }],
  ["not allowed", 403, error({ message: "You are not allowed to do this." }), { kind: "not_allowed", detail: "You are not allowed to do this." }],
  ["a proxy's page", 502, "<html>Bad gateway</html>", { kind: "server", detail: "" }],
])("an upload that is %s", (_what, status, text, problem) => {
  expect(problemOf(status, text)).toEqual(problem);
});
