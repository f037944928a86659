import type { IncomingMessage, ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import { AppError, notFound } from "#shared/errors.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { fileStorage } from "#server/infra/storage.ts";
import { readAddress } from "./address.ts";
import { readRange } from "./byte-range.ts";
import { findFirmware } from "./firmware-repository.ts";
import { isUnderWay } from "./rollout-machines-repository.ts";

/**
 * GET and HEAD /device/v1/firmware/<id>: the file for a device with a signed address, as esp_https_ota wants it: Content-Length, ranges, a strong ETag, never
 * compressed. A download that broke off goes on where it stopped.
 * @throws AppError FORBIDDEN for an address that is not ours, has expired, or whose job is over; NOT_FOUND; METHOD_NOT_ALLOWED
 */
export async function deliverFirmware(rt: Runtime, request: IncomingMessage, response: ServerResponse, firmwareId: string): Promise<void> {
  if (request.method !== "GET" && request.method !== "HEAD") {
    response.setHeader("allow", "GET, HEAD");
    throw new AppError("METHOD_NOT_ALLOWED");
  }
  const grant = readAddress(rt.config, firmwareId, new URL(request.url ?? "/", "http://device").searchParams);
  if (!grant) throw new AppError("FORBIDDEN", "This address was not made here.", { reason: "signature" });
  if (grant.expiresAt <= rt.clock.now()) throw new AppError("FORBIDDEN", "This address has expired; wait for the next offer.", { reason: "expired" });
  if (!(await isUnderWay(rt, grant))) throw new AppError("FORBIDDEN", "The job of this address is over.", { reason: "job" });
  const firmware = await findFirmware(rt.db.prisma, firmwareId);
  if (!firmware) throw notFound("firmware");
  await sendFile(rt, request, response, { key: firmware.storageKey, sha256: firmware.sha256, fileName: null });
}

/** Sends a firmware to whoever may read firmware, under a name that says what it is. @throws AppError NOT_FOUND */
export async function sendFirmware(rt: Runtime, request: IncomingMessage, response: ServerResponse, id: string): Promise<void> {
  const firmware = await findFirmware(rt.db.prisma, id);
  if (!firmware) throw notFound("firmware");
  const fileName = [firmware.project, firmware.version, firmware.chip].map((part) => part.replaceAll(/[^\w.+-]/g, "_")).join("_");
  await sendFile(rt, request, response, { key: firmware.storageKey, sha256: firmware.sha256, fileName: `${fileName}.bin` });
}

/** Sends a stored file whose contents never change, in whole or in part. @throws AppError NOT_FOUND */
async function sendFile(rt: Runtime, request: IncomingMessage, response: ServerResponse, file: { key: string; sha256: string; fileName: string | null }): Promise<void> {
  const storage = fileStorage(rt.config);
  const size = await storage.size(file.key);
  if (size === null) throw notFound("file");
  const etag = `"${file.sha256}"`;
  response.setHeader("accept-ranges", "bytes");
  response.setHeader("etag", etag);
  // No proxy, and not our own compression either, may change the bytes: the device counts them.
  response.setHeader("cache-control", "private, no-transform, max-age=0");
  response.setHeader("content-type", "application/octet-stream");
  if (file.fileName !== null) response.setHeader("content-disposition", `attachment; filename="${file.fileName}"`);
  const { "if-range": ifRange, "if-none-match": ifNoneMatch, range: rangeHeader } = request.headers;
  if (ifNoneMatch !== undefined && ifNoneMatch.split(",").some((each) => each.trim() === etag || each.trim() === "*")) {
    response.writeHead(304).end();
    return;
  }
  // A part of another file would be worse than the whole of this one.
  const range = ifRange === undefined || ifRange === etag ? readRange(rangeHeader, size) : "whole";
  if (range === "unsatisfiable") {
    response.writeHead(416, { "content-range": `bytes */${size}`, "content-length": 0 }).end();
    return;
  }
  const { start, end } = range === "whole" ? { start: 0, end: size - 1 } : range;
  if (range !== "whole") response.setHeader("content-range", `bytes ${start}-${end}/${size}`);
  response.writeHead(range === "whole" ? 200 : 206, { "content-length": end - start + 1 });
  const stream = request.method === "HEAD" ? null : await storage.open(file.key, { start, end });
  if (!stream) {
    response.end();
    return;
  }
  // A device that goes away in the middle comes back for the rest.
  await pipeline(stream, response).catch((error: unknown) => rt.log.debug({ err: error, key: file.key }, "firmware: download broke off"));
}
