import type { AnyRouter } from "@trpc/server";
import { describe, expect, it } from "vitest";
import type { z } from "zod";
import { fromWire } from "../rest/casing.ts";
import { collectRoutes } from "../rest/routes.ts";
import { appRouter } from "#server/trpc/root.ts";
import { createOpenApiDocument, type OpenApiOperation } from "./document.ts";

const router: AnyRouter = appRouter;
const document = createOpenApiDocument(router, { version: "1.2.3", publicUrl: "https://example.com" });
const operations = Object.entries(document.paths).flatMap(([path, methods]) => Object.entries(methods).map(([method, operation]) => ({ path, method, operation, name: `${method.toUpperCase()} ${path}` })));

function walk(value: unknown, visit: (key: string, value: unknown) => void): void {
  if (value === null || typeof value !== "object") return;
  for (const [key, child] of Object.entries(value)) {
    visit(key, child);
    walk(child, visit);
  }
}

describe("the OpenAPI document", () => {
  it("is made again exactly alike", () => {
    expect(createOpenApiDocument(router, { version: "1.2.3", publicUrl: "https://example.com" })).toEqual(document);
  });

  it("has every REST operation of API.md that exists", () => {
    expect(operations.length).toBe(collectRoutes(router).length);
    for (const name of ["POST /auth/signup", "POST /auth/login", "POST /auth/refresh", "GET /me", "GET /catalog", "GET /projects", "POST /vms", "GET /vms/{id}", "POST /vms/{id}/start", "GET /operations/{id}"]) {
      expect(operations.map((operation) => operation.name)).toContain(name);
    }
  });

  it("resolves each of its references", () => {
    const missing: string[] = [];
    walk(document, (key, value) => {
      if (key !== "$ref" || typeof value !== "string") return;
      const found = value.replace("#/", "").split("/").reduce<unknown>((at, part) => (at as Record<string, unknown> | undefined)?.[part], document);
      if (found === undefined) missing.push(value);
    });
    expect(missing).toEqual([]);
  });

  it("gives each operation an id of its own", () => {
    const ids = operations.map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^[a-z][a-z0-9_]*$/);
  });

  it("writes every name in snake_case", () => {
    const wrong: string[] = [];
    walk(document, (key, value) => {
      if (key === "properties") wrong.push(...Object.keys(value as object).filter((name) => /[A-Z]/.test(name)));
    });
    expect(wrong).toEqual([]);
  });

  it.each(operations)("$name documents its errors, security and parameters", ({ path, operation }) => {
    expect(Object.keys(operation.responses)).toEqual(expect.arrayContaining(["400", "429", "500"]));
    const success = Object.keys(operation.responses).filter((status) => status.startsWith("2"));
    expect(success).toHaveLength(1);
    if (operation.security.length > 0) expect(operation.responses).toHaveProperty("401");
    const inPath = [...path.matchAll(/\{(\w+)\}/g)].map((found) => found[1]);
    expect(operation.parameters.filter((parameter) => parameter.in === "path").map((parameter) => parameter.name)).toEqual(inPath);
    expect(operation.summary).not.toBe("");
    expect(document.tags.map((tag) => tag.name)).toEqual(expect.arrayContaining(operation.tags));
    const body = Object.entries(operation.responses).find(([status]) => status === success[0])?.[1];
    if (success[0] === "204") expect(body?.content).toBeUndefined();
    else expect(body?.content).toBeDefined();
  });

  it.each(collectRoutes(router).filter((route) => route.input !== null))("$method $path has an example that its own schema takes", (route) => {
    const operation = (document.paths[route.path] as Record<string, OpenApiOperation>)[route.method.toLowerCase()] as OpenApiOperation;
    const parameters = Object.fromEntries(operation.parameters.filter((parameter) => parameter.in === "path").map((parameter) => [parameter.name, parameter.example]));
    const body = operation.requestBody?.content["application/json"].example ?? {};
    const input = fromWire(route.inputShape, { ...(body as object), ...parameters }, () => {});
    // Routes are made from zod schemas alone.
    expect((route.input as z.ZodType).safeParse(input)).toMatchObject({ success: true });
  });
});
