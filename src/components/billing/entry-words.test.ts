import { expect, test } from "vitest";
import { entryWords } from "./entry-words.ts";

test("usage of a VM is its name and what was used, even when the name has a colon", () => {
  expect(entryWords({ kind: "usage", subjectType: "vm", description: "web-1: compute" })).toEqual({ key: "compute", name: "web-1" });
  expect(entryWords({ kind: "usage", subjectType: "vm", description: "a: storage: storage" })).toEqual({ key: "storage", name: "a: storage" });
});

test("the welcome grant is known", () => expect(entryWords({ kind: "grant", subjectType: "organization", description: "Welcome credits" })).toEqual({ key: "welcome" }));

test("what a person wrote stays", () => {
  expect(entryWords({ kind: "grant", subjectType: "organization", description: "Goodwill: compute" })).toEqual({ key: "text", text: "Goodwill: compute" });
  expect(entryWords({ kind: "usage", subjectType: "vm", description: "web-1: gpu" })).toEqual({ key: "text", text: "web-1: gpu" });
});
