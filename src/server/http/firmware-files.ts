import type { IncomingMessage, ServerResponse } from "node:http";
import { AppError, notFound } from "#shared/errors.ts";
import { isId } from "#shared/ids.ts";
import { MAX_FIRMWARE_BYTES } from "#shared/machines/firmware.ts";
import { type PlatformPermission, platformPermissions } from "#shared/permissions.ts";
import type { UserActor } from "#server/identity/actor.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { sendFirmware } from "#server/machines/firmware/delivery.ts";
import { uploadFirmware } from "#server/machines/firmware/upload.ts";
import { readBytes } from "./body.ts";
import { isForged, type OriginPolicy } from "./cross-site.ts";
import { sendJson } from "./errors.ts";
import { createContext } from "./request-context.ts";

/**
 * Firmware files of administrators, by the browser's session or a bearer token: POST /files/firmware with the file itself as the body (JSON and tRPC would need a
 * third more, and the whole of it twice in memory), GET /files/firmware/<id>. Errors go on to the server's one error handler.
 */
export function createFirmwareFiles(rt: Runtime, origins: OriginPolicy): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  return async (request, response) => {
    if (isForged(request, origins)) throw new AppError("FORBIDDEN", "A request with the browser's session must come from our own pages.");
    const [, , , id, ...more] = (request.url ?? "").split("?")[0]?.split("/") ?? [];
    if (more.length > 0) throw new AppError("NOT_FOUND");
    if (id === undefined || id === "") {
      if (request.method !== "POST") return refuse(response, "POST");
      const actor = await authorized(rt, request, "platform:firmware:write");
      if (!/^application\/octet-stream\s*(;|$)/i.test(request.headers["content-type"] ?? "")) throw new AppError("INVALID_REQUEST", "Send the file itself as application/octet-stream.");
      const outcome = await uploadFirmware(rt, actor, await readBytes(request, MAX_FIRMWARE_BYTES));
      response.setHeader("cache-control", "no-store");
      return sendJson(response, outcome.created ? 201 : 200, JSON.stringify(outcome));
    }
    if (request.method !== "GET" && request.method !== "HEAD") return refuse(response, "GET, HEAD");
    await authorized(rt, request, "platform:firmware:read");
    if (!isId("firmware", id)) throw notFound("firmware");
    await sendFirmware(rt, request, response, id);
  };
}

function refuse(response: ServerResponse, allow: string): never {
  response.setHeader("allow", allow);
  throw new AppError("METHOD_NOT_ALLOWED");
}

async function authorized(rt: Runtime, request: IncomingMessage, permission: PlatformPermission): Promise<UserActor> {
  const { actor } = await createContext(rt, request, { cookies: true, sendsText: false });
  if (!actor) throw new AppError("UNAUTHORIZED");
  if (!platformPermissions(actor.platformRole).includes(permission)) throw new AppError("FORBIDDEN", undefined, { requiredPermission: permission });
  return actor;
}
