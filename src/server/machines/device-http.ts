import express, { type NextFunction, type Request, type Response, type Router } from "express";
import { AppError } from "#shared/errors.ts";
import { newId } from "#shared/ids.ts";
import { claimRequest } from "#shared/machines/device.ts";
import { currentCorrelation } from "#server/infra/correlation.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { redeemClaim } from "./claim-redeem.ts";
import { createEmqxHooks } from "./emqx/hooks.ts";
import { deliverFirmware } from "./firmware/delivery.ts";

/**
 * What devices call over HTTP, under /device/v1. Bodies have been parsed and limited before; errors go on as AppError to the server's one
 * error handler, which renders the envelope of API.md.
 */
export function createDeviceRouter(rt: Runtime): Router {
  const router = express.Router();
  router.post("/claim", (request: Request, response: Response, next: NextFunction) => {
    claim(rt, request).then((answer) => response.set("cache-control", "no-store").json(answer), next);
  });
  router.all("/claim", (_request, _response, next) => next(new AppError("METHOD_NOT_ALLOWED")));
  router.all("/firmware/:id", (request: Request, response: Response, next: NextFunction) => {
    deliverFirmware(rt, request, response, String(request.params["id"])).catch(next);
  });
  router.use("/mqtt", createEmqxHooks(rt));
  router.use((_request, _response, next) => next(new AppError("NOT_FOUND")));
  return router;
}

async function claim(rt: Runtime, request: Request): Promise<unknown> {
  requireTls(rt, request);
  const parsed = claimRequest.safeParse(request.body);
  if (!parsed.success) {
    const details = parsed.error.issues.map((issue) => ({ field: issue.path.join("."), message: issue.message }));
    throw new AppError("INVALID_REQUEST", undefined, { details });
  }
  const correlation = currentCorrelation();
  return redeemClaim(rt, { ip: correlation?.ip ?? request.socket.remoteAddress ?? "", requestId: correlation?.id ?? newId("request") }, parsed.data);
}

/** The answer holds a password. Plain HTTP is for the demo, which listens on loopback alone; else a proxy that we trust must vouch for TLS. */
function requireTls(rt: Runtime, request: Request): void {
  if (rt.config.mode === "demo" || (rt.config.trustProxy > 0 && request.get("x-forwarded-proto")?.split(",")[0]?.trim() === "https")) return;
  throw new AppError("FORBIDDEN", "Claims are taken over HTTPS alone.");
}
