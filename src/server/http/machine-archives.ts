import type { IncomingMessage, ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import { AppError, notFound } from "#shared/errors.ts";
import { isId } from "#shared/ids.ts";
import { organizationPermissions, platformPermissions } from "#shared/permissions.ts";
import type { Scope, UserActor } from "#server/identity/actor.ts";
import { fileStorage } from "#server/infra/storage.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { archiveKeyOf } from "#server/machines/decommission/archive-format.ts";
import { describeArchive } from "#server/machines/decommission/archive.ts";
import { createContext } from "./request-context.ts";

/** GET /files/machines/<id>/archive: the archive of a decommissioned machine, for who may decommission it, by the browser's session or a bearer token. */
export function createMachineArchives(rt: Runtime): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  return async (request, response) => {
    if (request.method !== "GET" && request.method !== "HEAD") {
      response.setHeader("allow", "GET, HEAD");
      throw new AppError("METHOD_NOT_ALLOWED");
    }
    const { actor } = await createContext(rt, request, { cookies: true, sendsText: false });
    if (!actor) throw new AppError("UNAUTHORIZED");
    const id = (request.url ?? "").split("?")[0]?.split("/")[3] ?? "";
    if (!isId("machine", id)) throw notFound("machine");
    if (!(await hasArchive(rt, actor, id))) throw notFound("archive");
    const storage = fileStorage(rt.config);
    const key = archiveKeyOf(id);
    const size = await storage.size(key);
    const stream = size === null || request.method === "HEAD" ? null : await storage.open(key);
    if (size === null) throw notFound("archive");
    response.setHeader("cache-control", "private, no-transform, no-store");
    response.setHeader("content-type", "application/gzip");
    response.setHeader("content-disposition", `attachment; filename="${id}.jsonl.gz"`);
    response.writeHead(200, { "content-length": size });
    if (!stream) return void response.end();
    await pipeline(stream, response).catch((error: unknown) => rt.log.debug({ err: error, key }, "machine archive: download broke off"));
  };
}

/** Asked for each organization in which the actor may: a machine of another one is not found. */
async function hasArchive(rt: Runtime, actor: UserActor, id: string): Promise<boolean> {
  const scopes: Scope[] = platformPermissions(actor.platformRole).includes("platform:machines:write")
    ? ["platform"]
    : actor.memberships.flatMap(({ organizationId, role }) => (organizationPermissions(role).includes("machine:configure") ? [{ organizationId }] : []));
  for (const scope of scopes) {
    const found = await describeArchive(rt, scope, id).catch((error: unknown) => {
      if (error instanceof AppError && (error.code === "NOT_FOUND" || error.code === "INVALID_STATE")) return null;
      throw error;
    });
    if (found?.archive) return true;
  }
  return false;
}
