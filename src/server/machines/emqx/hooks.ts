import { createHmac } from "node:crypto";
import express, { type Request, type Router } from "express";
import { z } from "zod";
import { AppError } from "#shared/errors.ts";
import { deviceTopic, DOWN_TOPICS, UP_TOPICS } from "#shared/machines/device.ts";
import type { Config } from "#server/infra/config.ts";
import { safeEqual } from "#server/infra/crypto.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { brokerLogin } from "../broker-login.ts";
import { BRIDGE_USERNAME, publishRefusal, subscribeRefusal } from "../broker-rules.ts";

/** The broker shows that it is ours by this bearer token, derived from the installation's key. */
export function hookToken(config: Pick<Config, "secretKeys">): string {
  return createHmac("sha256", config.secretKeys[0] ?? "").update("switchyard/mqtt/hooks/v1").digest("base64url");
}

const text = z.string().max(512);
const authentication = z.object({ clientid: text, username: text, password: text });
const authorization = z.object({ username: text, action: z.enum(["publish", "subscribe"]), topic: z.string().max(1_024), retain: z.union([z.boolean(), z.string()]).optional() });

/** What EMQX is told at a login: from 5.8 on it keeps `acl`, and asks nothing more (docs.emqx.com, "Use HTTP service"). */
interface Login {
  result: "allow" | "deny";
  is_superuser?: false;
  acl?: { permission: "allow" | "deny"; action: "publish" | "subscribe" | "all"; topic: string }[];
}

/**
 * Authentication and authorization for EMQX 5, in its request and answer shapes, under /device/v1/mqtt. Answers are 200 with a result; any other status makes EMQX go
 * on to its next source, of which our configuration has none: it denies then (`no_match = deny`).
 */
export function createEmqxHooks(rt: Runtime): Router {
  const router = express.Router();
  router.use((request, _response, next) => next(isBroker(rt.config, request) ? undefined : new AppError("UNAUTHORIZED", "Only the broker may ask this.")));
  router.post("/auth", (request, response, next) => {
    login(rt, request.body).then((answer) => response.set("cache-control", "no-store").json(answer), next);
  });
  router.post("/acl", (request, response) => void response.set("cache-control", "no-store").json({ result: isAllowed(request.body) ? "allow" : "deny" }));
  return router;
}

async function login(rt: Runtime, body: unknown): Promise<Login> {
  const asked = authentication.safeParse(body);
  if (!asked.success) return { result: "deny" };
  const { clientid: clientId, username, password } = asked.data;
  const principal = await brokerLogin(rt, { clientId, username, password });
  return principal ? { result: "allow", is_superuser: false, acl: [...allowed(principal.username), { permission: "deny", action: "all", topic: "#" }] } : { result: "deny" };
}

function allowed(username: string): NonNullable<Login["acl"]> {
  if (username === BRIDGE_USERNAME) return [{ permission: "allow", action: "all", topic: "m/#" }, { permission: "allow", action: "subscribe", topic: "$share/bridge/m/#" }];
  return [
    ...UP_TOPICS.map((part) => ({ permission: "allow" as const, action: "publish" as const, topic: deviceTopic(username, part) })),
    ...DOWN_TOPICS.map((part) => ({ permission: "allow" as const, action: "subscribe" as const, topic: deviceTopic(username, part) })),
  ];
}

/** The rules of all brokers, asked for one topic. */
function isAllowed(body: unknown): boolean {
  const asked = authorization.safeParse(body);
  if (!asked.success) return false;
  const { username, action, topic, retain } = asked.data;
  // The bridges share the load (MQTT 5, 4.8.2).
  const filter = username === BRIDGE_USERNAME ? topic.replace(/^\$share\/bridge\//, "") : topic;
  if (action === "subscribe") return subscribeRefusal(username, filter) === null;
  return publishRefusal(username, { topic, retain: retain === true || retain === "true" || retain === "1", payload: Buffer.alloc(0) }) === null;
}

function isBroker(config: Pick<Config, "secretKeys">, request: Request): boolean {
  const [scheme, token = ""] = (request.get("authorization") ?? "").split(" ");
  return scheme === "Bearer" && safeEqual(token, hookToken(config));
}
