import type { IncomingMessage, ServerResponse } from "node:http";
import { receiveWebhook } from "#server/billing/payments/inbox.ts";
import { AppError } from "#shared/errors.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { readBody } from "./body.ts";
import { sendJson } from "./errors.ts";

/** Providers' events are a few kilobytes. */
const BODY_LIMIT = 256 * 1024;

/**
 * Where payment providers report: no session, no token, the signature over the body as it came is the proof. 2xx means that the event is in the database; anything
 * else makes the provider send it again. Errors go on to the server's one error handler.
 */
export function createPaymentWebhook(rt: Runtime): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  return async (request, response) => {
    response.setHeader("cache-control", "no-store");
    if (request.method !== "POST") {
      response.setHeader("allow", "POST");
      throw new AppError("METHOD_NOT_ALLOWED");
    }
    // Where the router found it, an address has three parts.
    const name = (request.url ?? "").split("?")[0]?.split("/")[3] ?? "";
    const body = await readBody(request, BODY_LIMIT);
    const { fresh } = await receiveWebhook(rt, name, body, request.headers);
    sendJson(response, 200, JSON.stringify({ received: true, fresh }));
  };
}
