import type { IncomingMessage } from "node:http";
import { AppError } from "#shared/errors.ts";
import { parseJson } from "../body.ts";
import { fromWire, snakeCase } from "./casing.ts";
import type { Route } from "./routes.ts";

/**
 * The input of an operation from its path, query (GET and DELETE) and JSON body (all but GET).
 * @throws AppError INVALID_REQUEST when malformed, not JSON, not an object, or spelled in camelCase
 */
export function readInput(route: Route, request: IncomingMessage, parameters: Readonly<Record<string, string>>, query: URLSearchParams, body: string): unknown {
  const wrong: { field: string; message: string }[] = [];
  const misspelled = (path: string, wire: string): void => void wrong.push({ field: path, message: `is not a field here; did you mean ${wire}?` });
  const fromBody = readObject(route, request, body, misspelled);
  const fromQuery = route.method === "GET" || route.method === "DELETE" ? readQuery(route, query, misspelled) : {};
  const fromPath = Object.fromEntries(Object.entries(parameters).map(([name, text]) => [name, route.coerce(name, [decode(text)])]));
  for (const [name, value] of Object.entries(fromPath)) {
    if (Object.hasOwn(fromBody, name) && fromBody[name] !== value) wrong.push({ field: snakeCase(name), message: "must be the one in the path, or left out" });
  }
  const first = wrong[0];
  if (first) throw new AppError("INVALID_REQUEST", `${first.field} ${first.message}`, { details: wrong });
  if (!route.input) return undefined;
  return { ...fromQuery, ...fromBody, ...fromPath };
}

function readObject(route: Route, request: IncomingMessage, body: string, misspelled: (path: string, wire: string) => void): Record<string, unknown> {
  if (body === "") return {};
  if (!/^application\/json\s*(;|$)/i.test(request.headers["content-type"] ?? "")) throw new AppError("INVALID_REQUEST", "Send the body as application/json.");
  const value = parseJson(body);
  if (value === null || typeof value !== "object" || Array.isArray(value)) throw new AppError("INVALID_REQUEST", "The body must be a JSON object.");
  // An object's own entries, renamed where the schema has names for them.
  return fromWire(route.inputShape, value, misspelled) as Record<string, unknown>;
}

function readQuery(route: Route, query: URLSearchParams, misspelled: (path: string, wire: string) => void): Record<string, unknown> {
  const names = new Map(Object.keys(route.inputFields).map((name) => [snakeCase(name), name]));
  const found: Record<string, unknown> = {};
  for (const wire of new Set(query.keys())) {
    const name = names.get(wire);
    if (name !== undefined) found[name] = route.coerce(name, query.getAll(wire));
    else if (Object.hasOwn(route.inputFields, wire)) misspelled(wire, snakeCase(wire));
    if (query.getAll(wire).some((text) => text.includes("\0"))) throw new AppError("INVALID_REQUEST", "The character U+0000 is not allowed.");
  }
  return found;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    throw new AppError("INVALID_REQUEST", "The address is not well formed.", {}, error);
  }
}
