import { createServer, type Server } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import express from "express";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { deviceTopic } from "#shared/machines/device.ts";
import { startRelay } from "#server/infra/events.ts";
import type { Loop } from "#server/infra/loop.ts";
import { createTestRuntime, type TestRuntime } from "#server/testing/runtime.ts";
import { bridgePassword } from "../broker-login.ts";
import { revokeAccess } from "../credentials/revocation.ts";
import { eventually } from "../testing/broker.ts";
import { type GivenDevice, givenDevice, TESTER } from "../testing/fixtures.ts";
import { emqxConfiguration } from "./emqx-config.ts";
import { createEmqxHooks, hookToken } from "./hooks.ts";
import { startKicking } from "./kick.ts";

let rt: TestRuntime;
let relay: Loop;
let server: Server;
let url: string;
let device: GivenDevice;
let other: GivenDevice;
beforeAll(async () => {
  rt = await createTestRuntime();
  relay = startRelay(rt);
  device = await givenDevice(rt);
  other = await givenDevice(rt);
  const app = express();
  app.use("/device/v1/mqtt", express.json(), createEmqxHooks(rt));
  app.use(((error, _request, response, _next) => void response.status((error as { status?: number }).status ?? 500).end()) satisfies express.ErrorRequestHandler);
  server = createServer(app).listen(0, "127.0.0.1");
  await once(server, "listening");
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.close();
  await relay.stop();
  await rt.close();
});

const ask = async (path: "auth" | "acl", body: unknown, token = hookToken(rt.config)) => {
  const answer = await fetch(`${url}/device/v1/mqtt/${path}`, { method: "POST", headers: { "content-type": "application/json", authorization: `Bearer ${token}` }, body: JSON.stringify(body) });
  return { status: answer.status, body: (await answer.json().catch(() => null)) as Record<string, unknown> | null };
};
const login = (more: object = {}) => ask("auth", { clientid: device.id, username: device.username, password: device.password, peerhost: "192.0.2.7", ...more });
const may = async (action: string, topic: string, more: object = {}) => (await ask("acl", { clientid: device.id, username: device.id, action, topic, qos: "1", retain: "false", ...more })).body?.["result"];

describe("the hooks of EMQX", () => {
  it("let a device in with its password and topics, and the bridge with all of them", async () => {
    const { status, body } = await login();
    expect(status).toBe(200);
    expect(body).toMatchObject({ result: "allow", is_superuser: false });
    const acl = body?.["acl"] as { permission: string; action: string; topic: string }[];
    expect(acl.at(-1)).toEqual({ permission: "deny", action: "all", topic: "#" });
    expect(acl.filter((rule) => rule.permission === "allow").every((rule) => rule.topic.startsWith(`m/${device.id}/`))).toBe(true);
    expect((await login({ clientid: "switchyard-bridge-1", username: "bridge", password: bridgePassword(rt.config) })).body).toMatchObject({ result: "allow" });
  });

  it("refuse wrong, another's, missing and giant credentials, and another's client id", async () => {
    for (const more of [{ password: other.password }, { password: "" }, { username: "bridge" }, { clientid: other.id }, { username: "' or 1=1" }, { password: undefined }, { password: "x".repeat(5_000) }, { username: 7 }]) {
      expect(await login(more)).toMatchObject({ status: 200, body: { result: "deny" } });
    }
  });

  it("answer nobody but the broker", async () => {
    expect((await ask("auth", {}, "wrong")).status).toBe(401);
    expect((await ask("acl", {}, "")).status).toBe(401);
  });

  it("judge each topic by the rules of all brokers", async () => {
    expect(await may("publish", deviceTopic(device.id, "tele"))).toBe("allow");
    expect(await may("subscribe", deviceTopic(device.id, "cmd"))).toBe("allow");
    expect(await may("publish", deviceTopic(device.id, "status"), { retain: "true" })).toBe("allow");
    for (const [action, topic, more] of [
      ["publish", deviceTopic(other.id, "tele"), {}],
      ["publish", deviceTopic(device.id, "cmd"), {}],
      ["publish", deviceTopic(device.id, "tele"), { retain: "true" }],
      ["subscribe", deviceTopic(other.id, "cmd"), {}],
      ["subscribe", "m/#", {}],
      ["subscribe", "#", {}],
      ["subscribe", "$share/bridge/m/+/tele", {}],
      ["subscribe", "$SYS/#", {}],
      ["dance", deviceTopic(device.id, "tele"), {}],
    ] as const) {
      expect(await may(action, topic, more), `${action} ${topic}`).toBe("deny");
    }
    for (const topic of ["m/+/status", "$share/bridge/m/+/tele"]) expect(await may("subscribe", topic, { username: "bridge" })).toBe("allow");
    expect(await may("publish", deviceTopic(device.id, "cmd"), { username: "bridge", retain: "true" })).toBe("deny");
  });

  it("are named by the configuration that is made for it, which denies without an answer", () => {
    const text = emqxConfiguration(rt.config);
    expect(text).toContain(hookToken(rt.config));
    expect(text).toContain("no_match = deny");
    expect(text).not.toContain(bridgePassword(rt.config));
  });
});

it("a revoked device is sent away by EMQX's own API, again when that fails at first", async () => {
  const asked: { method: string; path: string; authorization: string }[] = [];
  const api = createServer((request, response) => {
    asked.push({ method: request.method ?? "", path: request.url ?? "", authorization: request.headers.authorization ?? "" });
    response.writeHead(asked.length === 1 ? 503 : 204).end();
  }).listen(0, "127.0.0.1");
  await once(api, "listening");
  const kicking = await startKicking(rt, `http://key:s%2Fcret@127.0.0.1:${(api.address() as AddressInfo).port}`);
  await revokeAccess(rt, "platform", TESTER, other.id);
  await eventually(() => asked.length === 2);
  const expected = { method: "DELETE", path: `/api/v5/clients/${other.id}`, authorization: `Basic ${Buffer.from("key:s/cret").toString("base64")}` };
  expect(asked).toEqual([expected, expected]);
  await kicking.stop();
  api.close();
});
