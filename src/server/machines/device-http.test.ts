import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { claimAnswer } from "#shared/machines/device.ts";
import { createWebServer } from "#server/http/server.ts";
import type { WebServer } from "#server/http/web-server.ts";
import { createTestRuntime, type TestRuntime } from "#server/testing/runtime.ts";
import { issueClaim } from "./claims.ts";
import { createDeviceRouter } from "./device-http.ts";
import { claimBody, givenMachine, TESTER } from "./testing/fixtures.ts";

let rt: TestRuntime;
let web: WebServer;
let address: string;

beforeAll(async () => {
  rt = await createTestRuntime({ port: 0 });
  web = createWebServer(rt, { next: null, device: createDeviceRouter(rt) });
  address = `http://127.0.0.1:${(await web.listen()).port}`;
});
afterAll(async () => {
  await web.close();
  await rt.close();
});

const post = (body: unknown, headers: Record<string, string> = {}) =>
  fetch(`${address}/device/v1/claim`, { method: "POST", headers: { "content-type": "application/json", ...headers }, body: typeof body === "string" ? body : JSON.stringify(body) });

describe("POST /device/v1/claim", () => {
  it("answers once with what DEVICES.md says, and after that with 410 and the reason", async () => {
    const machine = await givenMachine(rt);
    const { token } = await issueClaim(rt, TESTER, { id: machine.id, medium: "screen" });
    const first = await post(claimBody(token), { "x-request-id": "claim-1" });
    expect(first.status).toBe(200);
    expect(first.headers.get("cache-control")).toBe("no-store");
    const answer = claimAnswer.strict().parse(await first.json());
    expect(answer.mqtt.url).toBe(`mqtt://localhost:${rt.config.mqttPort}`);
    const second = await post(claimBody(token), { "x-request-id": "claim-2" });
    expect(second.status).toBe(410);
    expect(await second.json()).toEqual({ error: { code: "CLAIM_GONE", message: "This claim token was used already.", category: "conflict", request_id: "claim-2", reason: "used" } });
    expect(await rt.db.prisma.auditEntry.findFirst({ where: { subjectId: machine.id, action: "machine.claim" }, select: { actorKind: true, ip: true, requestId: true } })).toEqual({
      actorKind: "device",
      ip: "127.0.0.1",
      requestId: "claim-1",
    });
  });

  it.each([
    ["no JSON", "{", 400],
    ["an empty body", "", 400],
    ["an array", [], 400],
    ["a missing field", { token: "x" }, 400],
    ["a field too many", { ...claimBody("0".repeat(26)), admin: true }, 400],
    ["a hardware id with a line break", { ...claimBody("0".repeat(26)), hardware_id: "a\nb\nc\nd" }, 400],
    ["an unknown token", claimBody("0".repeat(26)), 404],
    ["more than 16 KB", { ...claimBody("0".repeat(26)), chip: "x".repeat(20_000) }, 413],
  ])("refuses %s", async (_what, body, status) => {
    const response = await post(body);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ error: { code: expect.any(String), request_id: expect.any(String) } });
  });

  it("knows no other method and no other path", async () => {
    expect((await fetch(`${address}/device/v1/claim`)).status).toBe(405);
    expect((await fetch(`${address}/device/v1/else`)).status).toBe(404);
  });

  it("answers 429 with Retry-After when one address guesses", async () => {
    const statuses: number[] = [];
    let last: Response | undefined;
    for (let index = 0; index < 25 && last?.status !== 429; index += 1) {
      last = await post(claimBody("1".repeat(26)));
      statuses.push(last.status);
    }
    expect(last?.status).toBe(429);
    expect(Number(last?.headers.get("retry-after"))).toBeGreaterThan(0);
  });

  it("takes no claim over plain HTTP in production, unless a trusted proxy has done TLS", async () => {
    const { mode, trustProxy } = rt.config;
    try {
      Object.assign(rt.config, { mode: "production", trustProxy: 0 });
      expect((await post(claimBody("0".repeat(26)), { "x-forwarded-proto": "https" })).status).toBe(403);
      Object.assign(rt.config, { trustProxy: 1 });
      expect((await post(claimBody("0".repeat(26)), { "x-forwarded-proto": "http", "x-forwarded-for": "198.51.100.1" })).status).toBe(403);
      expect((await post(claimBody("0".repeat(26)), { "x-forwarded-proto": "https", "x-forwarded-for": "198.51.100.1" })).status).not.toBe(403);
    } finally {
      Object.assign(rt.config, { mode, trustProxy });
    }
  });
});
