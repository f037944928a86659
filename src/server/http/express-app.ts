import type { IncomingMessage, ServerResponse } from "node:http";
import compression from "compression";
import cors from "cors";
import express, { type ErrorRequestHandler, type Express, type RequestHandler, type Router } from "express";
import helmet from "helmet";
import { AppError } from "#shared/errors.ts";
import type { Config } from "#server/infra/config.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { toAppError } from "#server/trpc/init.ts";
import { logError, sendError } from "./errors.ts";
import { scopeOf } from "./request-scope.ts";

type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

export interface AppParts {
  rest: Handler;
  health: Record<"healthz" | "readyz" | "health" | "metrics", Handler>;
  jwks: Handler;
  device: Router | null;
  paymentWebhook: Handler;
  firmwareFiles: Handler;
  machineArchives: Handler;
  /** compressed files of the pages' build; null: there are none */
  buildFiles: RequestHandler | null;
  /** whatever is nobody else's */
  pages: Handler;
  supportUrl: string;
}

const DEVICE_BODY_LIMIT = "16kb";
const EXPOSED = ["X-Request-Id", "X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset", "Retry-After", "Idempotency-Replayed"];

/** The pipeline for all but tRPC and the sockets, which have ways of their own. */
export function createExpressApp(rt: Runtime, parts: AppParts): Express {
  const app = express();
  app.disable("x-powered-by");
  // Answers of the API are made once; nobody asks whether they changed.
  app.disable("etag");
  app.use(securityHeaders(rt.config));
  if (parts.buildFiles) app.use("/_next/static", parts.buildFiles);
  // It leaves event streams alone: text/event-stream is not among the types that compress.
  app.use(compression({ threshold: 1024 }));
  app.get("/healthz", named("/healthz", parts.health.healthz));
  app.get("/readyz", named("/readyz", parts.health.readyz));
  app.get("/health", named("/health", parts.health.health));
  app.get("/metrics", named("/metrics", parts.health.metrics));
  app.get("/.well-known/jwks.json", named("/.well-known/jwks.json", parts.jwks));
  // Credentials stay off: on /v1 cookies don't count, and a page of another origin has its bearer token.
  app.use("/v1", cors({ origin: rt.config.corsOrigins, credentials: false, exposedHeaders: EXPOSED, maxAge: 600 }), (request, response) => parts.rest(request, response));
  if (parts.device) app.use("/device/v1", express.json({ limit: DEVICE_BODY_LIMIT }), parts.device);
  app.all(["/files/firmware", "/files/firmware/:id"], named("/files/firmware", parts.firmwareFiles));
  app.all("/files/machines/:id/archive", named("/files/machines/{id}/archive", parts.machineArchives));
  app.all("/webhooks/payments/:provider", named("/webhooks/payments/{provider}", parts.paymentWebhook));
  app.use("/device", () => {
    throw new AppError("NOT_FOUND");
  });
  app.use((request, response) => parts.pages(request, response));
  app.use(onError(rt, parts.supportUrl));
  return app;
}

function named(route: string, handler: Handler): Handler {
  return async (request, response) => {
    scopeOf(request).route = route;
    await handler(request, response);
  };
}

function securityHeaders(config: Pick<Config, "development" | "publicUrl">) {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        // Next writes inline scripts into its pages; its hot reload evaluates them.
        scriptSrc: ["'self'", "'unsafe-inline'", ...(config.development ? ["'unsafe-eval'"] : [])],
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", "data:", "blob:"],
        fontSrc: ["'self'", "data:"],
        connectSrc: ["'self'", "ws:", "wss:"],
        objectSrc: ["'none'"],
        baseUri: ["'self'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
    frameguard: { action: "deny" },
    referrerPolicy: { policy: "strict-origin-when-cross-origin" },
    strictTransportSecurity: config.publicUrl.startsWith("https:"),
  });
}

function onError(rt: Runtime, supportUrl: string): ErrorRequestHandler {
  // Express tells an error handler by its four parameters.
  return (thrown: unknown, request, response, _next) => {
    const error = fromParser(thrown) ?? toAppError(thrown);
    const scope = scopeOf(request);
    logError(rt.log, error, scope.route || request.path);
    if (response.headersSent) response.destroy();
    else sendError(response, error, scope.id, supportUrl);
  };
}

/** Errors of Express itself and of its body parser say what they are by their type and status. */
function fromParser(thrown: unknown): AppError | null {
  if (!(thrown instanceof Error) || thrown instanceof AppError) return null;
  const { type, status } = thrown as Error & { type?: string; status?: number };
  if (type === "entity.too.large") return new AppError("PAYLOAD_TOO_LARGE", undefined, {}, thrown);
  if (type === "entity.parse.failed") return new AppError("INVALID_REQUEST", "The body is not valid JSON.", {}, thrown);
  if (status !== undefined && status >= 400 && status < 500) return new AppError("INVALID_REQUEST", undefined, {}, thrown);
  return null;
}
