import { createServer } from "node:http";
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import express from "express";
import { type Probe, startTestWeb, type TestWeb } from "#server/testing/web.ts";

describe("the web server", () => {
  let web: TestWeb;
  let seen: { url: string | undefined; ip: unknown; id: unknown; path: unknown }[] = [];
  const device = express.Router().post("/claim", (request, response) => void response.json({ got: request.body }));
  beforeAll(async () => {
    web = await startTestWeb({
      requestTimeoutMs: 600,
      config: { rateLimitPerMinute: 10_000, metricsToken: "m".repeat(32), corsOrigins: ["https://partner.example"] },
      web: {
        device,
        next: {
          handle: (request, response) => {
            seen.push({ url: request.url, ip: request.headers["x-switchyard-ip"], id: request.headers["x-request-id"], path: request.headers["x-request-path"] });
            response.setHeader("content-type", "text/html");
            response.end(`<p>${"page ".repeat(500)}</p>`);
          },
        },
      },
    });
  });
  afterAll(() => web.close());

  it("hands pages to Next with the caller's address and id, which nobody can forge", async () => {
    seen = [];
    const page = await fetch(`${web.url}/machines?x=1&_rsc=abc`, { headers: { "x-switchyard-ip": "6.6.6.6", "x-request-path": "/evil", "x-request-id": "abc", "x-forwarded-for": "7.7.7.7", "accept-encoding": "gzip" } });
    expect(seen).toEqual([{ url: "/machines?x=1&_rsc=abc", ip: "127.0.0.1", id: "abc", path: "/machines?x=1" }]);
    expect(page.headers.get("content-encoding")).toBe("gzip");
    expect(page.headers.get("content-security-policy")).toMatch(/default-src 'self'.*frame-ancestors 'none'/);
    expect(page.headers.get("content-security-policy")).not.toMatch(/unsafe-eval/);
    expect(page.headers.get("strict-transport-security")).toBeNull();
    expect(page.headers.get("x-powered-by")).toBeNull();
  });

  it("knows a claim's address in either case", async () => {
    seen = [];
    await fetch(`${web.url}/c/ABC`);
    await fetch(`${web.url}/C/ABC`);
    expect(seen.map((page) => page.url)).toEqual(["/c/ABC", "/c/ABC"]);
  });

  it("answers 504 when a request takes too long, on both fronts", async () => {
    expect(await web.rest("GET", "/never")).toMatchObject({ status: 504, body: { error: { code: "TIMEOUT" } } });
    const trpc = await fetch(`${web.url}/trpc/probe.never`);
    expect(trpc.status).toBe(504);
    expect(await trpc.json()).toMatchObject({ error: { data: { app: { code: "TIMEOUT" } } } });
  });

  it("limits the bodies of devices and speaks the envelope to them", async () => {
    const send = (body: string) => fetch(`${web.url}/device/v1/claim`, { method: "POST", headers: { "content-type": "application/json" }, body });
    expect(await (await send('{"token":"x"}')).json()).toEqual({ got: { token: "x" } });
    const large = await send(JSON.stringify({ token: "x".repeat(17 * 1024) }));
    expect([large.status, await large.json()]).toMatchObject([413, { error: { code: "PAYLOAD_TOO_LARGE" } }]);
    const malformed = await send("{");
    expect([malformed.status, await malformed.json()]).toMatchObject([400, { error: { code: "INVALID_REQUEST" } }]);
    expect((await fetch(`${web.url}/device/v2/claim`)).status).toBe(404);
  });

  it("closes upgrades that are for nobody", async () => {
    const socket = connect(Number(new URL(web.url).port), "127.0.0.1");
    socket.write("GET /elsewhere HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
    await new Promise((closed) => socket.once("close", closed));
  });

  it("publishes the keys of its tokens, and no private half", async () => {
    const { keys } = (await (await fetch(`${web.url}/.well-known/jwks.json`)).json()) as { keys: Record<string, unknown>[] };
    expect(keys[0]).toMatchObject({ kty: "RSA", use: "sig" });
    expect(keys[0]).not.toHaveProperty("d");
  });

  it("lets the origins that are named call /v1 and /trpc, without credentials", async () => {
    for (const path of ["/v1/echo", "/trpc/probe.read"]) {
      const preflight = (origin: string) => fetch(web.url + path, { method: "OPTIONS", headers: { origin, "access-control-request-method": "POST", "access-control-request-headers": "authorization" } });
      const allowed = await preflight("https://partner.example");
      expect(allowed.headers.get("access-control-allow-origin")).toBe("https://partner.example");
      expect(allowed.headers.get("access-control-allow-credentials")).toBeNull();
      expect((await preflight("https://evil.example")).headers.get("access-control-allow-origin")).toBeNull();
    }
  });

  it("says how it is: process, readiness, dependencies", async () => {
    expect((await fetch(`${web.url}/healthz`)).status).toBe(200);
    expect(await (await fetch(`${web.url}/readyz`)).json()).toEqual({ status: "pass" });
    const health = (await (await fetch(`${web.url}/health`)).json()) as object;
    expect(Object.keys(health)).toEqual(["status"]);
  });

  it("shows its metrics to this machine and to whoever has the token", async () => {
    await fetch(`${web.url}/trpc/probe.read?input={}`);
    const text = await (await fetch(`${web.url}/metrics`)).text();
    expect(text).toMatch(/switchyard_http_request_duration_seconds_count\{route="trpc probe\.read",method="GET",status="2xx"\} \d/);
    expect(text).toMatch(/nodejs_eventloop_lag_seconds/);
    // Behind a proxy everybody is "this machine".
    const proxied = { "x-forwarded-for": "203.0.113.9" };
    expect((await fetch(`${web.url}/metrics`, { headers: proxied })).status).toBe(404);
    expect((await fetch(`${web.url}/metrics`, { headers: { ...proxied, authorization: `Bearer ${"m".repeat(32)}` } })).status).toBe(200);
    expect((await fetch(`${web.url}/metrics`, { headers: { ...proxied, authorization: `Bearer ${"x".repeat(32)}` } })).status).toBe(404);
  });
});

describe("starting and stopping", () => {
  it("says which port is in use and what to do", async () => {
    const squatter = createServer().listen(0, "127.0.0.1");
    await new Promise((done) => squatter.once("listening", done));
    const { port } = squatter.address() as { port: number };
    await expect(startTestWeb({ config: { port } })).rejects.toThrow(`port ${port} is in use by another program; set PORT to another`);
    squatter.close();
  });

  it("finishes what is in flight, takes nothing new, and is not held up by idle connections", async () => {
    let open = (): void => {};
    const probe: Probe = { runs: 0, gate: new Promise((resolve) => (open = resolve)) };
    const web = await startTestWeb({ probe });
    const idle = connect(Number(new URL(web.url).port), "127.0.0.1");
    const inFlight = web.rest("POST", "/secrets");
    await expect.poll(() => probe.runs).toBe(1);
    let closed = false;
    const closing = web.close().then(() => (closed = true));
    await expect(fetch(`${web.url}/healthz`)).rejects.toThrow();
    expect(closed).toBe(false);
    open();
    expect((await inFlight).status).toBe(201);
    await closing;
    idle.destroy();
  });

  it("is not ready when the database lacks a migration", async () => {
    const web = await startTestWeb();
    await web.rt.db.query({ text: "delete from _prisma_migrations where migration_name = (select max(migration_name) from _prisma_migrations)" });
    const answer = await fetch(`${web.url}/readyz`);
    expect([answer.status, await answer.json()]).toEqual([503, { status: "fail", reason: "the database is not migrated" }]);
    await web.close();
  });
});
