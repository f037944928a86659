import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Probe, startTestWeb, type TestWeb } from "#server/testing/web.ts";

const probe: Probe = { runs: 0, gate: Promise.resolve() };
let web: TestWeb;
let token: string;
let other: string;
beforeAll(async () => {
  web = await startTestWeb({ probe, config: { rateLimitPerMinute: 10_000 } });
  token = (await web.signUp("one@example.com")).token;
  other = (await web.signUp("two@example.com")).token;
});
afterAll(() => web.close());
beforeEach(() => {
  probe.runs = 0;
  probe.gate = Promise.resolve();
});

const post = (path: string, key: string, options: { body?: unknown; token?: string } = {}) => web.rest("POST", path, { token, ...options, headers: { "idempotency-key": key } });

describe("Idempotency-Key", () => {
  it("gives the first answer again, without running again", async () => {
    const first = await post("/secrets", "k1");
    const second = await post("/secrets", "k1");
    expect(first).toMatchObject({ status: 201, body: { run: 1 } });
    expect(second).toMatchObject({ status: 201, body: first.body });
    expect([first, second].map((answer) => answer.headers.get("idempotency-replayed"))).toEqual([null, "true"]);
    expect(probe.runs).toBe(1);
  });

  it("keeps the answer's secret sealed", async () => {
    await post("/secrets", "sealed");
    const rows = await web.rt.db.query<{ body: string }>({ text: "select body from idempotency_key where key = 'sealed'" });
    expect(rows[0]?.body).toMatch(/^v1\./);
    expect(rows[0]?.body).not.toContain("hunter");
  });

  it("is a conflict with another body or path", async () => {
    await post("/echo", "k2", { body: { count: 1 } });
    expect(await post("/echo", "k2", { body: { count: 2 } })).toMatchObject({ status: 409, body: { error: { code: "CONFLICT" } } });
    expect(await post("/secrets", "k2", { body: { count: 1 } })).toMatchObject({ status: 409 });
    expect(probe.runs).toBe(1);
  });

  it("is the caller's own", async () => {
    await post("/secrets", "k3");
    expect((await post("/secrets", "k3", { token: other })).headers.get("idempotency-replayed")).toBeNull();
    expect(probe.runs).toBe(2);
  });

  it("runs once for many at the same time; the others are told to wait", async () => {
    let open = (): void => {};
    probe.gate = new Promise((resolve) => (open = resolve));
    const first = post("/secrets", "k4");
    await expect.poll(() => probe.runs).toBe(1);
    const others = await Promise.all([post("/secrets", "k4"), post("/secrets", "k4")]);
    for (const answer of others) {
      expect(answer).toMatchObject({ status: 409, body: { error: { retry_after: 1 } } });
      expect(answer.headers.get("retry-after")).toBe("1");
    }
    open();
    expect((await first).status).toBe(201);
    expect((await post("/secrets", "k4")).headers.get("idempotency-replayed")).toBe("true");
    expect(probe.runs).toBe(1);
  });

  it("keeps a refusal, but no failure of ours", async () => {
    await post("/fail", "k5", { body: { code: "INSUFFICIENT_CREDITS" } });
    expect(await post("/fail", "k5", { body: { code: "INSUFFICIENT_CREDITS" } })).toMatchObject({ status: 400, body: { error: { code: "INSUFFICIENT_CREDITS" } } });
    expect(probe.runs).toBe(1);
    await post("/fail", "k6", { body: { code: "crash" } });
    expect((await post("/fail", "k6", { body: { code: "crash" } })).status).toBe(500);
    expect(probe.runs).toBe(3);
  });

  it("is forgotten after 24 hours", async () => {
    await post("/secrets", "k7");
    web.rt.clock.advance(23 * 3_600_000);
    const login = await web.rest("POST", "/auth/login", { body: { email: "one@example.com", password: "correct horse battery" } });
    const again = (login.body as { token: string }).token;
    expect((await post("/secrets", "k7", { token: again })).headers.get("idempotency-replayed")).toBe("true");
    web.rt.clock.advance(3_600_000 + 1);
    const later = await web.rest("POST", "/auth/login", { body: { email: "one@example.com", password: "correct horse battery" } });
    token = (later.body as { token: string }).token;
    expect((await post("/secrets", "k7")).headers.get("idempotency-replayed")).toBeNull();
    expect(probe.runs).toBe(2);
  });

  it("must be of a sane form", async () => {
    expect((await post("/echo", "x".repeat(256), { body: {} })).status).toBe(400);
    expect((await post("/echo", "a b", { body: {} })).status).toBe(400);
  });

  it("of nobody is bound to address and credential: two refresh tokens do not share an answer", async () => {
    const one = await web.signUp("three@example.com");
    const two = await web.signUp("four@example.com");
    const refresh = (bearer: string) => web.rest("POST", "/auth/refresh", { token: bearer, headers: { "idempotency-key": "same" } });
    const first = await refresh(one.refreshToken);
    const second = await refresh(two.refreshToken);
    expect([first.status, second.status]).toEqual([200, 200]);
    expect(second.headers.get("idempotency-replayed")).toBeNull();
    expect(second.body).not.toEqual(first.body);
    expect(await refresh(one.refreshToken)).toMatchObject({ status: 200, body: first.body });
  });
});
