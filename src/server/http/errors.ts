import type { ServerResponse } from "node:http";
import type { AppError } from "#shared/errors.ts";
import type { Logger } from "#server/infra/logger.ts";
import { errorBody } from "#server/trpc/init.ts";
import { snakeCase } from "./rest/casing.ts";

/** The error envelope of API.md. */
export function errorEnvelope(error: AppError, requestId: string, supportUrl: string): { error: Record<string, unknown> } {
  const body = Object.entries(errorBody(error, requestId)).filter(([, value]) => value !== undefined);
  const envelope = Object.fromEntries(body.map(([key, value]) => [snakeCase(key), value]));
  return { error: error.status === 500 ? { ...envelope, support_url: supportUrl } : envelope };
}

/** Headers that belong to an error's status. */
export function errorHeaders(error: AppError): Record<string, string> {
  return {
    ...(error.status === 401 ? { "www-authenticate": "Bearer" } : {}),
    ...(error.extras.retryAfter === undefined ? {} : { "retry-after": String(error.extras.retryAfter) }),
  };
}

/** Answers with the envelope, unless an answer has begun already. */
export function sendError(response: ServerResponse, error: AppError, requestId: string, supportUrl: string): void {
  if (response.headersSent || response.writableEnded) return;
  for (const [name, value] of Object.entries(errorHeaders(error))) response.setHeader(name, value);
  sendJson(response, error.status, JSON.stringify(errorEnvelope(error, requestId, supportUrl)));
}

/** Answers with JSON text. */
export function sendJson(response: ServerResponse, status: number, text: string): void {
  if (response.headersSent || response.writableEnded) return;
  response.statusCode = status;
  response.setHeader("content-type", "application/json; charset=utf-8");
  response.setHeader("content-length", Buffer.byteLength(text));
  response.end(text);
}

/** A 5xx is ours to mend and is logged with its cause; a 4xx is the caller's. */
export function logError(log: Logger, error: AppError, route: string): void {
  if (error.status >= 500) log.error({ err: error.cause ?? error, code: error.code, route }, "request failed");
  else log.debug({ code: error.code, reason: error.message, route }, "request refused");
}
