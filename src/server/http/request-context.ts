import type { IncomingMessage } from "node:http";
import { AppError } from "#shared/errors.ts";
import { isId } from "#shared/ids.ts";
import { authenticate, bearerToken } from "#server/identity/authenticate.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import type { JsonText } from "#server/infra/json-text.ts";
import { type Context, readWritten } from "#server/trpc/context.ts";
import { scopeOf } from "./request-scope.ts";

/**
 * The context of one request's procedures.
 * @param options.cookies whether a browser's session counts: on /v1 it does not
 * @param options.sendsText whether the front sends a JsonText as it is
 * @throws AppError INVALID_REQUEST when X-Organization-Id is no organization's id
 */
export async function createContext(rt: Runtime, request: IncomingMessage, options: { cookies: boolean; sendsText: boolean }): Promise<Context> {
  const scope = scopeOf(request);
  const { authorization, cookie, "user-agent": userAgent, "x-organization-id": organizationId } = request.headers;
  if (organizationId !== undefined && !(typeof organizationId === "string" && isId("organization", organizationId))) {
    throw new AppError("INVALID_REQUEST", "X-Organization-Id must be an id that begins with org_.", { details: [{ field: "X-Organization-Id", message: "must be an id that begins with org_" }] });
  }
  const credentials = { authorization: authorization ?? null, cookie: options.cookies ? (cookie ?? null) : null, ip: scope.ip, requestId: scope.id };
  const found = credentials.authorization === null && credentials.cookie === null ? null : await authenticate(rt, credentials);
  scope.userId = found?.actor.userId ?? null;
  return {
    rt,
    actor: found?.actor ?? null,
    organizationId: organizationId ?? null,
    bearer: bearerToken(authorization),
    ip: scope.ip,
    userAgent: (userAgent ?? "").slice(0, 300),
    requestId: scope.id,
    written: options.sendsText ? keepWritten : readWritten,
  };
}

/** The router's types say the value, and its front finds the text. */
function keepWritten<T>(json: JsonText<T>): T {
  return json as unknown as T;
}
