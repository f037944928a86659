import { expect, it } from "vitest";
import type { OpenApiOperation } from "#server/http/openapi/document.ts";
import { operationGroups } from "./groups.ts";

const operation = (operationId: string, ...tags: string[]): OpenApiOperation => ({ operationId, tags, summary: "", security: [], parameters: [], responses: {} });

it("has each operation in one group, by its first tag, lists before what is in them, and administrators' last", () => {
  const groups = operationGroups({
    tags: [{ name: "Administration: hosts" }, { name: "SSH keys" }, { name: "Top-ups" }],
    paths: {
      "/admin/keys": { get: operation("keys.all", "SSH keys") },
      "/keys/{id}": { delete: operation("keys.remove", "SSH keys") },
      "/keys": { get: operation("keys.list", "SSH keys", "Top-ups"), post: operation("keys.add", "SSH keys") },
      "/hosts": { get: operation("hosts.list", "Administration: hosts") },
      "/topups": { get: operation("topups.list", "Top-ups") },
    },
  });
  expect(groups.map(({ slug, operations }) => [slug, operations.map(({ method, path }) => `${method} ${path}`)])).toEqual([
    ["ssh-keys", ["GET /keys", "POST /keys", "DELETE /keys/{id}", "GET /admin/keys"]],
    ["top-ups", ["GET /topups"]],
    ["administration-hosts", ["GET /hosts"]],
  ]);
});
