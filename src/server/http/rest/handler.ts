import type { IncomingMessage, ServerResponse } from "node:http";
import type { AnyRouter } from "@trpc/server";
import type { z } from "zod";
import type { fileOutput } from "#shared/billing/documents.ts";
import { AppError } from "#shared/errors.ts";
import { sha256 } from "#server/infra/crypto.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import type { Context } from "#server/trpc/context.ts";
import { toAppError } from "#server/trpc/init.ts";
import { readBody } from "../body.ts";
import { errorEnvelope, logError, sendError, sendJson } from "../errors.ts";
import { type Answer, runOnce } from "../idempotency/idempotency.ts";
import type { RateLimit } from "../rate-limit.ts";
import { createContext } from "../request-context.ts";
import { scopeOf } from "../request-scope.ts";
import type { EventStreams, StreamEntry } from "./event-stream.ts";
import { pathToWire, toWire } from "./casing.ts";
import { readInput } from "./input.ts";
import { collectRoutes, createMatcher, type Route } from "./routes.ts";

/** The REST boundary (API.md): limits, casing, envelope, idempotency. Everything behind it is the tRPC procedure itself. */
const BODY_LIMIT = 1024 * 1024;

export interface RestDependencies {
  router: AnyRouter;
  rateLimit: RateLimit;
  /** the OpenAPI document, as JSON */
  document: string;
  supportUrl: string;
  streams: EventStreams;
}

/** Handles a request whose `url` is below /v1. Never rejects. */
export function createRestHandler(rt: Runtime, dependencies: RestDependencies): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const match = createMatcher(collectRoutes(dependencies.router));
  const { rateLimit, supportUrl } = dependencies;

  const call = async (route: Route, context: Context, input: unknown): Promise<unknown> => {
    try {
      return await route.procedure({ ctx: context, path: route.procedurePath, getRawInput: async () => input, type: route.type, signal: undefined, batchIndex: 0 } as never);
    } catch (thrown) {
      const error = withWireFields(toAppError(thrown), route);
      // Sent by the caller, where its headers are; only what is worth an idempotent replay becomes an answer.
      throw error;
    }
  };

  const run = async (route: Route, context: Context, input: unknown): Promise<Answer> => {
    const result = await call(route, context, input);
    if (route.status === 204) return { status: 204, text: "" };
    return { status: route.status, text: JSON.stringify(toWire(route.outputShape, result)) };
  };

  /** The list of an answer, as who sent the request may see it now. */
  const entriesOf = async (request: IncomingMessage, route: Route, follow: NonNullable<Route["follow"]>, input: unknown, after: string | null): Promise<readonly StreamEntry[]> => {
    const context = await createContext(rt, request, { cookies: false, sendsText: false });
    const { text } = await run(route, context, after === null ? input : { ...(input as object), cursor: undefined, since: after, lines: follow.lines });
    // The route's output has this list, and its entries have ids.
    return (JSON.parse(text) as Record<string, StreamEntry[]>)[follow.list] ?? [];
  };

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const scope = scopeOf(request);
    const { method = "GET", url = "/" } = request;
    const mark = url.indexOf("?");
    const path = mark === -1 ? url : url.slice(0, mark);
    const context = await createContext(rt, request, { cookies: false, sendsText: false });
    const limit = await rateLimit.take(callerOf(context));
    for (const [name, value] of Object.entries(limit.headers)) response.setHeader(name, value);
    if (limit.error) throw limit.error;
    if (path === "/openapi.json" && (method === "GET" || method === "HEAD")) {
      scope.route = "/v1/openapi.json";
      return sendJson(response, 200, dependencies.document);
    }
    const found = match(method === "HEAD" ? "GET" : method, path);
    if (found === null) throw new AppError("NOT_FOUND");
    if ("allow" in found) {
      response.setHeader("allow", found.allow.join(", "));
      throw new AppError("METHOD_NOT_ALLOWED");
    }
    const { route, parameters } = found;
    scope.route = `/v1${route.path}`;
    const body = method === "GET" || method === "HEAD" ? "" : await readBody(request, BODY_LIMIT);
    const query = new URLSearchParams(mark === -1 ? "" : url.slice(mark + 1));
    const input = readInput(route, request, parameters, query, body);
    const { follow } = route;
    if (follow && method === "GET" && (input as { follow?: unknown }).follow === true) {
      return dependencies.streams.serve(request, response, callerOf(context), {
        event: follow.event,
        entries: (after) => entriesOf(request, route, follow, input, after),
      });
    }
    // Its output is that schema: the router says so beside it.
    if (route.file !== null) return sendFile(response, (await call(route, context, input)) as z.output<typeof fileOutput>);
    const key = request.headers["idempotency-key"];
    if (method !== "POST" || key === undefined) return send(response, await run(route, context, input));
    const answer = await runOnce(rt, { key: String(key), scope: scopeFor(context), fingerprint: JSON.stringify([path, context.organizationId, body]) }, async () => {
      try {
        return await run(route, context, input);
      } catch (thrown) {
        const error = toAppError(thrown);
        if (error.status >= 500) throw error;
        logError(rt.log, error, scope.route);
        return { status: error.status, text: JSON.stringify(errorEnvelope(error, scope.id, supportUrl)) };
      }
    });
    if (answer.replayed) response.setHeader("idempotency-replayed", "true");
    send(response, answer);
  };

  return async (request, response) => {
    response.setHeader("cache-control", "no-store");
    try {
      await serve(request, response);
    } catch (thrown) {
      const error = toAppError(thrown);
      const scope = scopeOf(request);
      logError(rt.log, error, scope.route || "/v1");
      sendError(response, error, scope.id, supportUrl);
    }
  };
}

function send(response: ServerResponse, answer: Answer): void {
  if (response.headersSent || response.writableEnded) return;
  if (answer.status === 401) response.setHeader("www-authenticate", "Bearer");
  if (answer.text !== "") return sendJson(response, answer.status, answer.text);
  response.statusCode = answer.status;
  response.end();
}

/** The names of our files are plain ASCII. */
function sendFile(response: ServerResponse, { fileName, contentType, base64 }: z.output<typeof fileOutput>): void {
  const bytes = Buffer.from(base64, "base64");
  response.writeHead(200, { "content-type": contentType, "content-length": bytes.length, "content-disposition": `attachment; filename="${fileName}"` });
  response.end(bytes);
}

function callerOf(context: Context): string {
  return context.actor ? `user:${context.actor.userId}` : `ip:${context.ip}`;
}

/** Nobody's calls share an address; the credential (a refresh token) keeps one caller's answer from another behind the same address. */
function scopeFor(context: Context): string {
  return context.actor ? `user:${context.actor.userId}` : `ip:${context.ip}:${context.bearer === null ? "" : sha256(context.bearer)}`;
}

/** Names of fields in an error, as the wire spells them. */
function withWireFields(error: AppError, route: Route): AppError {
  const { details } = error.extras;
  if (!details || details.length === 0) return error;
  const renamed = details.map((detail) => ({ ...detail, field: pathToWire(route.inputShape, detail.field) }));
  const [was, now] = [details[0], renamed[0]];
  const message = was && now && was.field !== "" && error.message.startsWith(`${was.field} `) ? now.field + error.message.slice(was.field.length) : error.message;
  return new AppError(error.code, message, { ...error.extras, details: renamed }, error.cause);
}
