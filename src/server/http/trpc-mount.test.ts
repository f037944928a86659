import { createTRPCClient, httpBatchLink, httpLink, TRPCClientError } from "@trpc/client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type createProbeRouter, startTestWeb, type TestWeb } from "#server/testing/web.ts";

type ProbeRouter = ReturnType<typeof createProbeRouter>;

let web: TestWeb;
beforeAll(async () => {
  web = await startTestWeb();
});
afterAll(() => web.close());

const post = (path: string, body: string, headers: Record<string, string> = {}) => fetch(`${web.url}/trpc/${path}`, { method: "POST", headers: { "content-type": "application/json", ...headers }, body });

describe("tRPC's own client", () => {
  it("calls queries and mutations, one by one and in batches", async () => {
    const { token } = await web.signUp("client@example.com");
    const headers = { authorization: `Bearer ${token}` };
    const single = createTRPCClient<ProbeRouter>({ links: [httpLink({ url: `${web.url}/trpc`, headers })] });
    const batched = createTRPCClient<ProbeRouter>({ links: [httpBatchLink({ url: `${web.url}/trpc`, headers })] });
    for (const client of [single, batched]) {
      const [read, me] = await Promise.all([client.probe.read.query({ displayName: "가나다", count: 3 }), client.identity.me.query()]);
      expect(read).toMatchObject({ displayName: "가나다", count: 3 });
      expect(me.email).toBe("client@example.com");
      expect(await client.probe.echo.mutate({ metadata: { some_key: "x" } })).toMatchObject({ metadata: { some_key: "x" } });
    }
  });

  it("gets each call's own error in a batch", async () => {
    const client = createTRPCClient<ProbeRouter>({ links: [httpBatchLink({ url: `${web.url}/trpc` })] });
    const [good, bad] = await Promise.allSettled([client.probe.read.query({}), client.identity.me.query()]);
    expect(good.status).toBe("fulfilled");
    expect(bad.status === "rejected" && bad.reason instanceof TRPCClientError && bad.reason.data).toMatchObject({ httpStatus: 401, app: { code: "UNAUTHORIZED", requestId: expect.stringMatching(/^req_/) } });
  });

  it("gets the same error as REST, in camelCase", async () => {
    const client = createTRPCClient<ProbeRouter>({ links: [httpLink({ url: `${web.url}/trpc` })] });
    const error: unknown = await client.probe.fail.mutate({ code: "FORBIDDEN" }).catch((reason: unknown) => reason);
    expect(error instanceof TRPCClientError && error.data).toMatchObject({ app: { code: "FORBIDDEN", category: "authorization", requiredPermission: "vm:create", retryAfter: 7 } });
  });
});

describe("the mount", () => {
  it("sends what the database wrote as JSON as it is, alone and among others", async () => {
    const text = '{"result":{"data":{ "displayName" : "가나다" }}}';
    expect(await (await fetch(`${web.url}/trpc/probe.written`)).text()).toBe(text);
    expect(await (await fetch(`${web.url}/trpc/probe.written,probe.read?batch=1&input=${encodeURIComponent('{"1":{"id":"x"}}')}`)).text()).toBe(`[${text},{"result":{"data":{"id":"x"}}}]`);
  });

  it("refuses what is not well formed", async () => {
    expect((await post("probe.echo", "{")).status).toBe(400);
    expect((await post("probe.echo", '{"displayName":"\\u0000"}')).status).toBe(400);
    expect((await fetch(`${web.url}/trpc/probe.read?input=%7B`)).status).toBe(400);
    expect((await fetch(`${web.url}/trpc/%E0%A4%A`)).status).toBe(400);
    expect((await fetch(`${web.url}/trpc/nothing`)).status).toBe(404);
    expect((await fetch(`${web.url}/trpc/__proto__`)).status).toBe(404);
    expect((await fetch(`${web.url}/trpc/toString`)).status).toBe(404);
    expect((await fetch(`${web.url}/trpc/probe.echo`)).status).toBe(405);
    expect((await fetch(`${web.url}/trpc/probe.read`, { method: "PUT" })).status).toBe(405);
    expect((await post("probe.read", "{}")).status).toBe(405);
    expect((await post("probe.echo,probe.echo?batch=1", "[1]")).status).toBe(400);
  });

  it("limits bodies and batches", async () => {
    expect((await post("probe.echo", JSON.stringify({ displayName: "x".repeat(1024 * 1024) }))).status).toBe(413);
    const batch = (size: number) => fetch(`${web.url}/trpc/${Array(size).fill("probe.read").join(",")}?batch=1&input=${encodeURIComponent(JSON.stringify(Object.fromEntries(Array.from({ length: size }, (_, index) => [index, {}]))))}`);
    expect((await batch(20)).status).toBe(200);
    expect((await batch(21)).status).toBe(400);
  });

  it("takes a change with the browser's cookie from our own pages alone", async () => {
    const cookie = "next-auth.session-token=x";
    const change = async (headers: Record<string, string>) => (await post("probe.echo", "{}", headers)).status;
    expect(await change({ cookie })).toBe(403);
    expect(await change({ cookie, origin: "https://evil.example" })).toBe(403);
    expect(await change({ cookie, origin: "null" })).toBe(403);
    expect(await change({ cookie, "sec-fetch-site": "cross-site" })).toBe(403);
    expect(await change({ cookie, origin: web.url })).toBe(200);
    expect(await change({ cookie, origin: web.rt.config.publicUrl })).toBe(200);
    expect(await change({})).toBe(200);
    expect((await fetch(`${web.url}/trpc/probe.read?input={}`, { headers: { cookie, origin: "https://evil.example" } })).status).toBe(200);
  });

  it("takes JSON alone: a form cannot send a change", async () => {
    expect((await post("probe.echo", "{}", { "content-type": "text/plain" })).status).toBe(400);
    expect((await post("probe.echo", "a=b", { "content-type": "application/x-www-form-urlencoded" })).status).toBe(400);
  });

  it("compresses long answers for who takes them", async () => {
    const zipped = await fetch(`${web.url}/trpc/probe.long`, { headers: { "accept-encoding": "gzip" } });
    expect(zipped.headers.get("content-encoding")).toBe("gzip");
    expect(await zipped.json()).toMatchObject({ result: { data: { text: expect.stringMatching(/^long /) } } });
    expect((await fetch(`${web.url}/trpc/probe.long`, { headers: { "accept-encoding": "identity" } })).headers.get("content-encoding")).toBeNull();
  });
});
