import { request } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { appendVmLog } from "#server/compute/logs/append.ts";
import { seedCatalog } from "#server/compute/seed.ts";
import { transact } from "#server/infra/runtime.ts";
import { createTestRuntime, type TestRuntime } from "#server/testing/runtime.ts";
import { makeTenant } from "#server/testing/tenant.ts";
import { createWebServer } from "../server.ts";
import type { WebServer } from "../web-server.ts";

// A VM's log over HTTP, as `GET /v1/vms/{id}/logs?follow=true` streams it.
let rt: TestRuntime;
let web: WebServer;
let url: string;
let token: string;
let vmId: string;
let foreignVmId: string;

async function post(path: string, body: unknown, bearer?: string): Promise<{ status: number; body: { token: string; user: { organization_id: string } } }> {
  const answer = await fetch(`${url}${path}`, { method: "POST", headers: { "content-type": "application/json", ...(bearer ? { authorization: `Bearer ${bearer}` } : {}) }, body: JSON.stringify(body) });
  return { status: answer.status, body: (answer.status === 204 ? {} : await answer.json()) as never };
}

beforeAll(async () => {
  rt = await createTestRuntime({ port: 0 });
  await seedCatalog(rt);
  web = createWebServer(rt, { next: null });
  url = `http://127.0.0.1:${(await web.listen()).port}/v1`;
  const { body } = await post("/auth/signup", { email: "follow@example.com", password: "correct horse battery" });
  token = body.token;
  const mine = await makeTenant(rt);
  ({ vmId: foreignVmId } = await makeTenant(rt));
  vmId = mine.vmId;
  await rt.db.prisma.vm.update({ where: { id: vmId }, data: { organizationId: body.user.organization_id } });
});
afterAll(async () => {
  await web.close();
  await rt.close();
});

interface Stream {
  status: number;
  type: string;
  /** what has come so far */
  text(): string;
  events(): { id: string; message: string }[];
  ended: Promise<void>;
  leave(): void;
}

function follow(query = "", options: { headers?: Record<string, string>; bearer?: string; id?: string } = {}): Promise<Stream> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${options.bearer ?? token}`, "accept-encoding": "gzip", ...options.headers };
    const sent = request(`${url}/vms/${options.id ?? vmId}/logs?follow=true${query}`, { headers }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => (text += chunk));
      resolve({
        status: response.statusCode ?? 0,
        type: response.headers["content-type"] ?? "",
        text: () => text,
        events: () =>
          [...text.matchAll(/id: (\d+)\nevent: log\ndata: (.*)\n\n/g)].map(([, id = "", data = "{}"]) => ({ id, message: (JSON.parse(data) as { message: string }).message })),
        ended: new Promise((done) => response.on("close", done)),
        leave: () => sent.destroy(),
      });
    });
    sent.on("error", reject);
    sent.end();
  });
}

const say = (...messages: string[]) => transact(rt, (tx) => appendVmLog(tx, ...messages.map((message) => ({ vmId, at: rt.clock.now(), source: "state" as const, message }))));
const heard = (stream: Stream) => stream.events().map((event) => event.message);

describe("a followed log", () => {
  it("begins with the lines there are, goes on with those that come, and is resumed after the last one heard", async () => {
    await say("one", "two", "three");
    const stream = await follow("&lines=2");
    expect([stream.status, stream.type]).toEqual([200, "text/event-stream; charset=utf-8"]);
    await expect.poll(() => heard(stream)).toEqual(["two", "three"]);
    await say("four");
    await say("five", "six");
    await expect.poll(() => heard(stream), { timeout: 5_000 }).toEqual(["two", "three", "four", "five", "six"]);
    const four = stream.events()[2]?.id ?? "";
    stream.leave();
    const resumed = await follow("", { headers: { "last-event-id": four } });
    await expect.poll(() => heard(resumed)).toEqual(["five", "six"]);
    resumed.leave();
  });

  it("keeps to its filter, and to its beginning when nothing has come yet", async () => {
    rt.clock.advance(1_000);
    const [filtered, late] = [await follow("&search=special"), await follow(`&since=${rt.clock.now().toISOString()}`)];
    await say("ordinary", "special");
    rt.clock.advance(1_000);
    await say("after");
    await expect.poll(() => heard(filtered), { timeout: 5_000 }).toEqual(["special"]);
    await expect.poll(() => heard(late), { timeout: 5_000 }).toEqual(["after"]);
    filtered.leave();
    late.leave();
  });

  it("hears a line whose transaction ended after that of a later one", async () => {
    const stream = await follow("&lines=1");
    // Ids are given in the order of the inserts; the first commits last.
    const [first] = await rt.db.query<{ id: bigint }>({ text: "select nextval('vm_log_id_seq') as id" });
    await say("second");
    await expect.poll(() => heard(stream).at(-1), { timeout: 5_000 }).toBe("second");
    await rt.db.query({ text: "insert into vm_log (id, vm_id, at, level, source, message) values ($1, $2, now(), 'info', 'state', 'first')", values: [first?.id, vmId] });
    rt.signals.send("commits");
    await expect.poll(() => heard(stream).slice(-2), { timeout: 5_000 }).toEqual(["second", "first"]);
    stream.leave();
  });

  it("is refused as the log itself is", async () => {
    for (const [options, status] of [
      [{ id: foreignVmId }, 404],
      [{ bearer: "nonsense" }, 401],
    ] as const) {
      const stream = await follow("", options);
      expect([stream.status, stream.type]).toEqual([status, "application/json; charset=utf-8"]);
    }
    expect((await follow("&lines=0")).status).toBe(400);
  });

  it("ends when its caller signs out", async () => {
    const other = await post("/auth/login", { email: "follow@example.com", password: "correct horse battery" });
    const stream = await follow("", { bearer: other.body.token });
    expect((await post("/auth/logout", {}, other.body.token)).status).toBe(204);
    await stream.ended;
    expect(stream.text()).toContain('event: error\ndata: {"code":"UNAUTHORIZED"}');
  });

  it("is not opened without end", async () => {
    const streams = await Promise.all(Array.from({ length: 10 }, () => follow()));
    expect((await follow()).status).toBe(429);
    for (const stream of streams) stream.leave();
    await expect.poll(async () => {
      const again = await follow();
      again.leave();
      return again.status;
    }).toBe(200);
  });

  it("ends when the server closes, at once", async () => {
    const stream = await follow();
    const closing = web.close();
    await stream.ended;
    await closing;
    expect(stream.status).toBe(200);
  });
});
