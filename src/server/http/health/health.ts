import type { IncomingMessage, ServerResponse } from "node:http";
import { AppError } from "#shared/errors.ts";
import { platformPermissions } from "#shared/permissions.ts";
import { safeEqual } from "#server/infra/crypto.ts";
import { bearerToken } from "#server/identity/authenticate.ts";
import type { Metrics } from "#server/infra/metrics.ts";
import { readMigrations } from "#server/infra/migrations.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { withTimeout } from "#server/infra/timeout.ts";
import { checkHealth } from "#server/platform/health.ts";
import { sendError, sendJson } from "../errors.ts";
import { createContext } from "../request-context.ts";
import { isLocalPeer, scopeOf } from "../request-scope.ts";
import { appliedMigrations } from "./repository.ts";

type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

const READY_TIMEOUT_MS = 2_000;
const HEALTH_FRESH_MS = 5_000;

/** `/healthz` (the process lives), `/readyz` (it may get traffic), `/health` (what it depends on), `/metrics`. */
export function createHealthHandlers(rt: Runtime, options: { draining: () => boolean; metrics: Metrics; supportUrl: string }): Record<"healthz" | "readyz" | "health" | "metrics", Handler> {
  const expected = readMigrations(process.cwd());
  // Whoever asks /readyz hears of a failure; unhandled it would end the process.
  expected.catch(() => {});
  let last: { at: number; result: ReturnType<typeof checkHealth> } | null = null;
  // It may be asked for by anybody and looks at every dependency: at most once in five seconds.
  const health = () => {
    const now = performance.now();
    if (!last || now - last.at > HEALTH_FRESH_MS) last = { at: now, result: checkHealth(rt) };
    return last.result;
  };
  const notReady = async (): Promise<string | null> => {
    if (options.draining()) return "stopping";
    try {
      const [names, applied] = await withTimeout(Promise.all([expected, appliedMigrations(rt.db)]), READY_TIMEOUT_MS);
      return names.every((migration) => applied.has(migration.name)) ? null : "the database is not migrated";
    } catch (error) {
      rt.log.warn({ err: error }, "readyz: the database does not answer");
      return "the database does not answer";
    }
  };
  return {
    async healthz(_request, response) {
      sendJson(response, 200, JSON.stringify({ status: "pass" }));
    },
    async readyz(_request, response) {
      const reason = await notReady();
      sendJson(response, reason === null ? 200 : 503, JSON.stringify(reason === null ? { status: "pass" } : { status: "fail", reason }));
    },
    async health(request, response) {
      const [context, found] = await Promise.all([createContext(rt, request, { cookies: true, sendsText: false }), health()]);
      const { status, version, uptimeSeconds, checks } = found;
      const full = platformPermissions(context.actor?.platformRole).includes("platform:health:read");
      const body = full ? { status, version, uptime_seconds: uptimeSeconds, checks: checks.map(({ latencyMs, ...check }) => ({ ...check, latency_ms: latencyMs })) } : { status };
      sendJson(response, status === "fail" ? 503 : 200, JSON.stringify(body));
    },
    async metrics(request, response) {
      const token = bearerToken(request.headers.authorization);
      const { metricsToken } = rt.config;
      if (!isLocalPeer(request) && !(metricsToken !== null && token !== null && safeEqual(token, metricsToken))) {
        return sendError(response, new AppError("NOT_FOUND"), scopeOf(request).id, options.supportUrl);
      }
      const text = await options.metrics.registry.metrics();
      response.setHeader("content-type", options.metrics.registry.contentType);
      response.end(text);
    },
  };
}
