import type { IncomingMessage, ServerResponse } from "node:http";
import { gzip } from "node:zlib";
import { type AnyRouter, getTRPCErrorFromUnknown, getTRPCErrorShape, TRPCError } from "@trpc/server";
import { AppError } from "#shared/errors.ts";
import { JsonText } from "#server/infra/json-text.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import type { Context } from "#server/trpc/context.ts";
import { toAppError } from "#server/trpc/init.ts";
import { readBody } from "./body.ts";
import { handleCors, isForged, type OriginPolicy } from "./cross-site.ts";
import { logError } from "./errors.ts";
import { createContext } from "./request-context.ts";
import { scopeOf } from "./request-scope.ts";
import { type Call, readAddress, readCalls } from "./trpc-request.ts";

/**
 * tRPC on the Node server itself: its JSON protocol for queries and mutations, single and in batches (trpc.io/docs/rpc). The library's own
 * adapter builds a web Request and a Response for each call, which costs more than the rest of the way; docs/decisions/0008-trpc-mount.md.
 */
export const TRPC_PREFIX = "/trpc/";

const BODY_LIMIT = 1024 * 1024;
const COMPRESS_FROM = 1024;

export interface TrpcMount {
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
  /** Answers a request that took too long. */
  timeout(request: IncomingMessage, response: ServerResponse): void;
}

interface Outcome {
  status: number;
  /** JSON */
  text: string;
}

export function createTrpcMount(rt: Runtime, router: AnyRouter, origins: OriginPolicy): TrpcMount {
  const failure = (error: unknown, requestId: string, call?: Call, context?: Context): Outcome => {
    const app = toAppError(error);
    logError(rt.log, app, call ? `trpc ${call.path}` : "trpc");
    const wrapped = getTRPCErrorFromUnknown(error);
    const shape: unknown = getTRPCErrorShape({
      config: router._def._config,
      error: wrapped,
      type: call?.procedure._def.type ?? "unknown",
      path: call?.path,
      input: undefined,
      // The formatter reads the request's id alone; before there is a context, that is all we have.
      ctx: context ?? { requestId },
    });
    return { status: app.status, text: JSON.stringify({ error: shape }) };
  };

  const run = async (call: Call, index: number, context: Context): Promise<Outcome> => {
    try {
      const data: unknown = await call.procedure({ ctx: context, path: call.path, getRawInput: async () => call.input, type: call.procedure._def.type, signal: undefined, batchIndex: index } as never);
      return { status: 200, text: data instanceof JsonText ? `{"result":{"data":${data.text}}}` : JSON.stringify({ result: { data } }) };
    } catch (error) {
      return failure(error, context.requestId, call, context);
    }
  };

  const answer = async (request: IncomingMessage, requestId: string): Promise<Outcome> => {
    const { method = "GET", url = "" } = request;
    const scope = scopeOf(request);
    try {
      if (method !== "GET" && method !== "POST") throw new TRPCError({ code: "METHOD_NOT_SUPPORTED" });
      const address = readAddress(url, TRPC_PREFIX);
      if (isForged(request, origins)) throw new AppError("FORBIDDEN", "A request with the browser's session must come from our own pages.");
      if (method === "POST" && !isJson(request)) throw new AppError("INVALID_REQUEST", "Send the input as application/json.");
      const body = method === "POST" ? await readBody(request, BODY_LIMIT) : "";
      const { batch, calls } = readCalls(router, method, address, body);
      scope.route = calls.length === 1 ? `trpc ${calls[0]?.path ?? ""}` : "trpc batch";
      const context = await createContext(rt, request, { cookies: true, sendsText: true });
      const first = calls[0];
      if (calls.length === 1 && first) {
        const outcome = await run(first, 0, context);
        return batch ? { status: outcome.status, text: `[${outcome.text}]` } : outcome;
      }
      const outcomes = await Promise.all(calls.map((call, index) => run(call, index, context)));
      const statuses = new Set(outcomes.map((outcome) => outcome.status));
      // 207: the calls of the batch ended differently; each says its own (tRPC's convention).
      return { status: statuses.size === 1 ? (outcomes[0]?.status ?? 200) : 207, text: `[${outcomes.map((outcome) => outcome.text).join(",")}]` };
    } catch (error) {
      return failure(error, requestId);
    }
  };

  return {
    async handle(request, response) {
      if (handleCors(request, response, origins)) return;
      await send(request, response, await answer(request, scopeOf(request).id));
    },
    timeout(request, response) {
      void send(request, response, failure(new AppError("TIMEOUT"), scopeOf(request).id));
    },
  };
}

function isJson(request: IncomingMessage): boolean {
  return /^application\/json\s*(;|$)/i.test(request.headers["content-type"] ?? "");
}

async function send(request: IncomingMessage, response: ServerResponse, { status, text }: Outcome): Promise<void> {
  const zipped = text.length >= COMPRESS_FROM && /\bgzip\b/.test(String(request.headers["accept-encoding"] ?? "")) ? await compress(text) : null;
  if (response.headersSent || response.writableEnded) return;
  response.statusCode = status;
  response.setHeader("content-type", "application/json");
  response.setHeader("cache-control", "no-store");
  if (status === 401) response.setHeader("www-authenticate", "Bearer");
  if (zipped) {
    response.setHeader("content-encoding", "gzip");
    response.setHeader("content-length", zipped.length);
    response.end(zipped);
  } else {
    response.setHeader("content-length", Buffer.byteLength(text));
    response.end(text);
  }
}

function compress(text: string): Promise<Buffer> {
  return new Promise((resolve, reject) => gzip(text, { level: 4 }, (error, zipped) => (error ? reject(error) : resolve(zipped))));
}
