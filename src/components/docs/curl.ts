import type { OpenApiOperation } from "#server/http/openapi/document.ts";

/** The call as somebody would type it. */
export function curlOf(base: string, method: string, path: string, operation: OpenApiOperation): string {
  const filled = operation.parameters.filter((parameter) => parameter.in === "path").reduce((text, parameter) => text.replace(`{${parameter.name}}`, String(parameter.example ?? "")), path);
  const lines = [`curl ${method === "GET" ? "" : `-X ${method} `}${base}${filled}`];
  if (operation.security.length > 0) lines.push(`-H "Authorization: Bearer ${operation.operationId === "identity_refresh" ? "$REFRESH_TOKEN" : "$TOKEN"}"`);
  const body = operation.requestBody?.content["application/json"].example;
  // In single quotes the shell reads everything but a single quote.
  if (body !== undefined) lines.push(`-H "Content-Type: application/json"`, `-d '${JSON.stringify(body, null, 2).replaceAll("'", "'\\''")}'`);
  return lines.join(" \\\n  ");
}
