import type { AnyRouter } from "@trpc/server";
import { snakeCase } from "../rest/casing.ts";
import { collectRoutes, type Route } from "../rest/routes.ts";
import { errorCodesOf, errorResponses, errorSchema } from "./errors.ts";
import { exampleOf, idPrefixOf } from "./examples.ts";
import { type JsonSchema, type Names, toJsonSchema } from "./json-schema.ts";
import { schemaNames } from "./names.ts";

export interface Parameter {
  name: string;
  in: "path" | "query" | "header";
  required: boolean;
  description?: string;
  schema: JsonSchema;
  example?: unknown;
}

export interface OpenApiOperation {
  operationId: string;
  summary: string;
  tags: string[];
  security: Record<string, string[]>[];
  parameters: Parameter[];
  requestBody?: { required: boolean; content: { "application/json": { schema: JsonSchema; example: unknown } } };
  responses: Record<string, { description: string; headers?: Record<string, unknown>; content?: Record<string, { schema: JsonSchema; example?: unknown } | unknown> }>;
}

export interface OpenApiDocument {
  openapi: "3.1.1";
  info: { title: string; version: string; description: string };
  servers: { url: string }[];
  tags: { name: string }[];
  paths: Record<string, Record<string, OpenApiOperation>>;
  components: { schemas: Record<string, JsonSchema>; securitySchemes: Record<string, unknown>; headers: Record<string, unknown> };
}

const DESCRIPTION = [
  "JSON in UTF-8, names in snake_case, times in UTC (ISO 8601), ids with a prefix.",
  "Money is a decimal string of micro-credits: 1 credit is \"1000000\".",
  "Send `Authorization: Bearer <access token>`; a browser's session does not count here.",
  "`X-Organization-Id` chooses among your organizations; without it your personal one is meant.",
  "Any POST takes an `Idempotency-Key`: the same key and body give the first answer again for 24 hours, another body is a conflict.",
].join("\n\n");

/** Operations for which nobody need be signed in. */
const PUBLIC = new Set(["identity.signup", "identity.login", "compute.catalog"]);

/** The OpenAPI document of a router's REST operations, made from the schemas that check their inputs. */
export function createOpenApiDocument(router: AnyRouter, options: { version: string; publicUrl: string }): OpenApiDocument {
  const routes = collectRoutes(router);
  const names = schemaNames();
  const schemas: Record<string, JsonSchema> = { Error: errorSchema };
  const paths: OpenApiDocument["paths"] = {};
  for (const route of routes) {
    const operations = (paths[route.path] ??= {});
    operations[route.method.toLowerCase()] = describe(route, names, schemas);
  }
  return {
    openapi: "3.1.1",
    info: { title: "Switchyard API", version: options.version, description: DESCRIPTION },
    servers: [{ url: `${options.publicUrl}/v1` }],
    tags: [...new Set(routes.flatMap((route) => route.tags))].map((name) => ({ name })),
    paths,
    components: {
      schemas,
      securitySchemes: { bearer: { type: "http", scheme: "bearer", description: "an access token from /auth/login; for /auth/refresh the refresh token" } },
      headers: {
        RateLimitLimit: { description: "requests a minute", schema: { type: "integer" } },
        RateLimitRemaining: { description: "requests left in this minute", schema: { type: "integer" } },
        RateLimitReset: { description: "when the minute ends, in Unix seconds", schema: { type: "integer" } },
        RequestId: { description: "yours, if you sent one", schema: { type: "string" } },
      },
    },
  };
}

const ANSWER_HEADERS = {
  "X-Request-Id": { $ref: "#/components/headers/RequestId" },
  "X-RateLimit-Limit": { $ref: "#/components/headers/RateLimitLimit" },
  "X-RateLimit-Remaining": { $ref: "#/components/headers/RateLimitRemaining" },
  "X-RateLimit-Reset": { $ref: "#/components/headers/RateLimitReset" },
};

function describe(route: Route, names: Names, components: Record<string, JsonSchema>): OpenApiOperation {
  const signedIn = !PUBLIC.has(route.procedurePath);
  const idPrefix = idPrefixOf(route.path);
  const input = route.input ? toJsonSchema(route.input, "input", names, components) : {};
  const fields = Object.entries(input.properties ?? {});
  const inPath = new Set(route.pathFields.map(snakeCase));
  const example = (schema: JsonSchema, name: string) => exampleOf(schema, { name, idPrefix, components });
  const asQuery = route.method === "GET" || route.method === "DELETE";
  const parameters: Parameter[] = fields
    .filter(([name]) => inPath.has(name) || asQuery)
    .map(([name, { description, ...schema }]) => ({
      name,
      in: inPath.has(name) ? "path" : "query",
      required: inPath.has(name) || (input.required ?? []).includes(name),
      ...(description === undefined ? {} : { description }),
      schema,
      ...(inPath.has(name) ? { example: example(schema, name) } : {}),
    }));
  if (signedIn && !route.procedurePath.startsWith("identity.")) {
    parameters.push({ name: "X-Organization-Id", in: "header", required: false, description: "the organization that is meant; your personal one unless given", schema: { type: "string" } });
  }
  if (route.method === "POST") {
    parameters.push({ name: "Idempotency-Key", in: "header", required: false, description: "a repetition with the same key and body gets the first answer again", schema: { type: "string", minLength: 1, maxLength: 255 } });
  }
  const bodyFields = asQuery ? [] : fields.filter(([name]) => !inPath.has(name));
  const required = (input.required ?? []).filter((name) => !inPath.has(name));
  const output = route.status === 204 || !route.output ? null : toJsonSchema(route.output, "output", names, components);
  return {
    operationId: snakeCase(route.procedurePath).replaceAll(".", "_"),
    summary: route.summary,
    tags: [...route.tags],
    security: signedIn ? [{ bearer: [] }] : [],
    parameters,
    ...(bodyFields.length === 0
      ? {}
      : {
          requestBody: {
            required: required.length > 0,
            content: {
              "application/json": {
                schema: { type: "object", properties: Object.fromEntries(bodyFields), ...(required.length === 0 ? {} : { required }) },
                example: Object.fromEntries(bodyFields.filter(([name]) => required.includes(name) || bodyFields.length <= 3).map(([name, schema]) => [name, example(schema, name)])),
              },
            },
          },
        }),
    responses: {
      [String(route.status)]: {
        description: output ? "Done." : "Done; there is no body.",
        headers: ANSWER_HEADERS,
        ...(route.file !== null ? { content: { [route.file]: { schema: { type: "string", format: "binary" } } } } : output ? { content: { "application/json": { schema: output, example: example(output, "") }, ...(route.follow ? { "text/event-stream": { schema: { type: "string" } } } : {}) } } : {}),
      },
      ...errorResponses(errorCodesOf(route, signedIn)),
    },
  };
}
