import type { IncomingMessage, ServerResponse } from "node:http";
import type { Logger } from "#server/infra/logger.ts";
import type { Metrics } from "#server/infra/metrics.ts";
import type { RequestScope } from "./request-scope.ts";

/** One line for each request, and its place in the metrics. Paths are logged without query, and never with what a QR carries. */
export function recordRequest(log: Logger, metrics: Metrics, request: IncomingMessage, response: ServerResponse, scope: RequestScope, path: string): void {
  const milliseconds = performance.now() - scope.startedAt;
  const status = response.statusCode;
  const method = request.method ?? "";
  metrics.httpDuration.observe({ route: scope.route || pageRoute(path), method, status: `${Math.floor(status / 100)}xx` }, milliseconds / 1000);
  const level = path.startsWith("/_next/") ? "debug" : "info";
  if (!log.isLevelEnabled(level)) return;
  log[level](
    {
      requestId: scope.id,
      method,
      path: redactPath(path),
      route: scope.route || undefined,
      status,
      durationMs: Math.round(milliseconds * 100) / 100,
      userId: scope.userId ?? undefined,
      ip: scope.ip,
      // Closed before the answer was complete: the caller went away.
      aborted: response.writableFinished ? undefined : true,
    },
    "request",
  );
}

/** `/C/<claim token>` opens a machine to whoever has it. */
export function redactPath(path: string): string {
  return path.replace(/^\/c\/.*/i, "/C/[redacted]");
}

/** Next routes its pages itself; for the metrics it is enough to know that it was one. */
function pageRoute(path: string): string {
  return path.startsWith("/_next/") ? "static" : "page";
}
