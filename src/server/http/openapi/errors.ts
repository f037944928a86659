import { ERRORS, type ErrorCode } from "#shared/errors.ts";
import type { Method, Route } from "../rest/routes.ts";
import type { JsonSchema } from "./json-schema.ts";

/** The error envelope, as a schema. */
export const errorSchema: JsonSchema = {
  type: "object",
  required: ["error"],
  properties: {
    error: {
      type: "object",
      required: ["code", "message", "category", "request_id"],
      properties: {
        code: { type: "string", enum: Object.keys(ERRORS) },
        message: { type: "string", description: "for people; it may change" },
        category: { type: "string", enum: [...new Set(Object.values(ERRORS).map((error) => error.category))] },
        request_id: { type: "string", description: "as in the header X-Request-Id; name it when you ask for help" },
        details: { type: "array", description: "what is wrong with which field", items: { type: "object", required: ["field", "message"], properties: { field: { type: "string" }, message: { type: "string" } } } },
        required_permission: { type: "string", description: "the permission that is missing" },
        resource: { type: "string", description: "the kind of thing that was not found" },
        needed: { type: "string", description: "micro-credits" },
        available: { type: "string", description: "micro-credits" },
        retry_after: { type: "integer", description: "seconds" },
        limit: { type: "integer" },
        quota: { type: "string", description: "which limit of the quota it would go over" },
        used: { type: "integer", description: "how much of the quota is used" },
        state: { type: "string", description: "the state that forbids it" },
        reason: { type: "string" },
        prices: { type: "array", description: "what slots of a machine cost now", items: { type: "object", required: ["slot", "price"], properties: { slot: { type: "string" }, price: { type: "string", description: "micro-credits" } } } },
        support_url: { type: "string" },
      },
    },
  },
};

/** Errors that an operation can answer with, by what it is. */
export function errorCodesOf(route: Pick<Route, "method" | "pathFields" | "input" | "tags" | "procedurePath">, signedIn: boolean): ErrorCode[] {
  const changes: Method[] = ["POST", "PUT", "PATCH", "DELETE"];
  const writes = changes.includes(route.method);
  const inOrganization = signedIn && !route.procedurePath.startsWith("identity.");
  const codes: (ErrorCode | false)[] = [
    "INVALID_REQUEST",
    route.procedurePath === "identity.signup" && "EMAIL_TAKEN",
    route.procedurePath === "compute.vms.create" && "INSUFFICIENT_CREDITS",
    (signedIn || route.procedurePath === "identity.login" || route.procedurePath === "identity.refresh") && "UNAUTHORIZED",
    inOrganization && "FORBIDDEN",
    (inOrganization || route.pathFields.length > 0) && "NOT_FOUND",
    writes && "CONFLICT",
    writes && route.pathFields.length > 0 && "INVALID_STATE",
    writes && "PAYLOAD_TOO_LARGE",
    "RATE_LIMITED",
    "INTERNAL_ERROR",
    "SERVICE_UNAVAILABLE",
    "TIMEOUT",
  ];
  return codes.filter((code) => code !== false);
}

/** The codes by their status, as an operation's responses list them. */
export function errorResponses(codes: readonly ErrorCode[]): Record<string, { description: string; headers?: Record<string, unknown>; content: Record<string, unknown> }> {
  const byStatus = Map.groupBy(codes, (code) => ERRORS[code].status);
  return Object.fromEntries(
    [...byStatus].map(([status, group]) => [
      String(status),
      {
        description: group.map((code) => `${code}: ${ERRORS[code].message}`).join(" "),
        ...(status === 429 ? { headers: { "Retry-After": { description: "seconds to wait", schema: { type: "integer" } } } } : {}),
        content: {
          "application/json": {
            schema: { $ref: "#/components/schemas/Error" },
            examples: Object.fromEntries(group.map((code) => [code, { value: { error: { code, message: ERRORS[code].message, category: ERRORS[code].category, request_id: "req_01kaxs3w7vf5q8kq2r9b4t6m1n" } } }])),
          },
        },
      },
    ]),
  );
}
