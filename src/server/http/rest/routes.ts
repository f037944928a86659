import type { AnyProcedure, AnyRouter } from "@trpc/server";
import type { z } from "zod";
import type { RouteMeta } from "#server/trpc/route-meta.ts";
import { type Shape, shapeOf, snakeCase } from "./casing.ts";
import { createCoercion } from "./coercion.ts";

export type Method = NonNullable<RouteMeta["route"]>["method"];

/** One REST operation, made from one procedure. */
export interface Route {
  method: Method;
  /** `/vms/{id}`, below /v1 */
  path: string;
  /** `compute.vms.get` */
  procedurePath: string;
  procedure: AnyProcedure;
  type: "query" | "mutation";
  status: number;
  tags: readonly string[];
  summary: string;
  follow: NonNullable<RouteMeta["route"]>["follow"];
  /** content type, where the answer is a file */
  file: string | null;
  /** names in the path, as our input spells them, in order */
  pathFields: string[];
  input: z.core.$ZodType | null;
  inputFields: Readonly<Record<string, z.core.$ZodType>>;
  inputShape: Shape;
  output: z.core.$ZodType | null;
  outputShape: Shape;
  coerce: (name: string, texts: readonly string[]) => unknown;
}

/** What tRPC keeps of a procedure; its own types hide the schemas. */
interface ProcedureDefinition {
  type: "query" | "mutation" | "subscription";
  meta?: RouteMeta;
  inputs: z.core.$ZodType[];
  output?: z.core.$ZodType;
}

/**
 * The REST operations of a router: its procedures that have a route.
 * @throws Error when two have the same method and path, or a path names a field that the input has not
 */
export function collectRoutes(router: AnyRouter): Route[] {
  const routes: Route[] = [];
  for (const [procedurePath, procedure] of Object.entries(router._def.procedures as Record<string, AnyProcedure>)) {
    const def = procedure._def as unknown as ProcedureDefinition;
    if (!def.meta?.route || def.type === "subscription") continue;
    const { method, path, successStatus = 200, tags, summary, follow, file = null } = def.meta.route;
    const input = def.inputs[0] ?? null;
    const inputFields = input ? fieldsOf(input) : {};
    const wireNames = new Map(Object.keys(inputFields).map((name) => [snakeCase(name), name]));
    const pathFields = [...path.matchAll(/\{(\w+)\}/g)].map(([, wire = ""]) => {
      const name = wireNames.get(wire);
      if (!name) throw new Error(`${procedurePath}: its path ${path} names ${wire}, which its input has not`);
      return name;
    });
    if (routes.some((other) => other.method === method && template(other.path) === template(path))) throw new Error(`${procedurePath}: ${method} ${path} is taken`);
    const output = def.output ?? null;
    routes.push({
      method,
      path,
      procedurePath,
      procedure,
      type: def.type,
      status: successStatus,
      tags,
      summary,
      follow,
      file,
      pathFields,
      input,
      inputFields,
      inputShape: input ? shapeOf(input, "input") : null,
      output,
      outputShape: output ? shapeOf(output, "output") : null,
      coerce: createCoercion(inputFields),
    });
  }
  return routes;
}

function fieldsOf(schema: z.core.$ZodType): Readonly<Record<string, z.core.$ZodType>> {
  const def = schema._zod.def as unknown as { type: string; shape?: Record<string, z.core.$ZodType>; in?: z.core.$ZodType };
  if (def.type === "object") return def.shape ?? {};
  return def.in ? fieldsOf(def.in) : {};
}

function template(path: string): string {
  return path.replace(/\{\w+\}/g, "{}");
}

export type Match = { route: Route; parameters: Record<string, string> } | { allow: Method[] } | null;

/** A matcher of method and path. `allow`: the path is known, the method is not. null: neither. */
export function createMatcher(routes: readonly Route[]): (method: string, path: string) => Match {
  const compiled = routes
    .map((route) => ({ route, pattern: new RegExp(`^${route.path.replaceAll(".", String.raw`\.`).replace(/\{\w+\}/g, "([^/]+)")}$`) }))
    // Of /vms/stats and /vms/{id} the one without a parameter is meant; of /statements/{id}.pdf and /statements/{id} the longer one.
    .sort((a, b) => a.route.pathFields.length - b.route.pathFields.length || template(b.route.path).length - template(a.route.path).length);
  return (method, path) => {
    const allow = new Set<Method>();
    for (const { route, pattern } of compiled) {
      const found = pattern.exec(path);
      if (!found) continue;
      if (route.method === method) return { route, parameters: Object.fromEntries(route.pathFields.map((name, index) => [name, found[index + 1] ?? ""])) };
      allow.add(route.method);
    }
    return allow.size > 0 ? { allow: [...allow] } : null;
  };
}
