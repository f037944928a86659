import { io, type Socket } from "socket.io-client";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { newId } from "#shared/ids.ts";
import type { ClientToServer, EventEnvelope, ServerToClient } from "#shared/platform/events.ts";
import { publish, startRelay } from "#server/infra/events.ts";
import type { Loop } from "#server/infra/loop.ts";
import { transact } from "#server/infra/runtime.ts";
import { startTestWeb, type TestWeb } from "#server/testing/web.ts";

type Client = Socket<ServerToClient, ClientToServer>;
type Person = Awaited<ReturnType<TestWeb["signUp"]>>;

let web: TestWeb;
let relay: Loop;
let ada: Person;
let bob: Person;
const open: Client[] = [];

beforeAll(async () => {
  web = await startTestWeb();
  relay = startRelay(web.rt);
  ada = await web.signUp("ada@example.com");
  bob = await web.signUp("bob@example.com");
});
afterEach(() => {
  for (const client of open.splice(0)) client.disconnect();
});
afterAll(async () => {
  await relay.stop();
  await web.close();
});

function dial(options: { token?: string; recent?: boolean; headers?: Record<string, string> } = {}): Client {
  const client: Client = io(web.url, { transports: ["websocket"], reconnection: false, forceNew: true, auth: { ...(options.token === undefined ? {} : { token: options.token }), ...(options.recent ? { recent: true } : {}) }, extraHeaders: options.headers ?? {} });
  open.push(client);
  return client;
}

function outcome(client: Client): Promise<string> {
  return new Promise((resolve) => {
    client.once("connect", () => resolve("connected"));
    client.once("connect_error", (error) => resolve(error.message));
  });
}

async function connected(token: string, recent = false): Promise<{ client: Client; events: EventEnvelope[] }> {
  const client = dial({ token, recent });
  const events: EventEnvelope[] = [];
  client.on("event", (event) => void events.push(event));
  expect(await outcome(client)).toBe("connected");
  return { client, events };
}

function announce(organizationId: string, vmId: string): Promise<void> {
  const at = web.rt.clock.now();
  return transact(web.rt, (tx) => publish(tx, { type: "vm.updated", subject: vmId, data: { vmId }, organizationId, at }));
}

describe("a socket", () => {
  it("is refused to who is not signed in, or comes from another's page", async () => {
    expect(await outcome(dial())).toBe("UNAUTHORIZED");
    expect(await outcome(dial({ token: "nonsense" }))).toBe("UNAUTHORIZED");
    expect(await outcome(dial({ token: ada.token, headers: { origin: "https://evil.example" } }))).not.toBe("connected");
    expect(await outcome(dial({ token: ada.token, headers: { origin: web.url } }))).toBe("connected");
  });

  it("joins its own organization, and no room of others", async () => {
    const { client } = await connected(ada.token);
    const join = (room: string) => client.timeout(5_000).emitWithAck("join", room);
    expect(await join(`org:${ada.organizationId}`)).toBe(true);
    expect(await join(`org:${bob.organizationId}`)).toBe(false);
    expect(await join("admin")).toBe(false);
    expect(await join(`vm:${newId("vm")}`)).toBe(false);
    expect(await join(`machine:${newId("machine")}`)).toBe(false);
    for (const nonsense of ["", "org:", "vm:x' or 1=1", "../admin", "x".repeat(100)]) expect(await join(nonsense)).toBe(false);
  });

  it("survives messages that are none", async () => {
    const { client } = await connected(ada.token);
    const raw = client as unknown as Socket;
    raw.emit("join", { toString: 1 });
    raw.emit("join");
    raw.emit("leave", null);
    raw.emit("nothing", 1);
    expect(await client.timeout(5_000).emitWithAck("join", `org:${ada.organizationId}`)).toBe(true);
  });

  it("hears the events of its rooms, in order, and no others", async () => {
    const [first, second] = [await connected(ada.token), await connected(bob.token)];
    await first.client.emitWithAck("join", `org:${ada.organizationId}`);
    await second.client.emitWithAck("join", `org:${bob.organizationId}`);
    const vms = Array.from({ length: 5 }, () => newId("vm"));
    for (const vm of vms) await announce(ada.organizationId, vm);
    const last = newId("vm");
    await announce(bob.organizationId, last);
    await expect.poll(() => second.events.length, { timeout: 5_000 }).toBe(1);
    expect(second.events[0]).toMatchObject({ type: "vm.updated", subject: last, data: { vmId: last }, timestamp: web.rt.clock.now().toISOString() });
    expect(first.events.map((event) => event.subject)).toEqual(vms);
  });

  it("that asks for them hears the last events of a room when it joins: what happened between the page and the join", async () => {
    const witness = await connected(ada.token);
    await witness.client.emitWithAck("join", `org:${ada.organizationId}`);
    const vms = [newId("vm"), newId("vm")];
    for (const vm of vms) await announce(ada.organizationId, vm);
    const foreign = newId("vm");
    await announce(bob.organizationId, foreign);
    await expect.poll(() => witness.events.length, { timeout: 5_000 }).toBe(2);
    const [asking, silent] = [await connected(ada.token, true), await connected(ada.token)];
    expect(asking.events).toEqual([]);
    for (const { client } of [asking, silent]) await client.emitWithAck("join", `org:${ada.organizationId}`);
    const last = newId("vm");
    await announce(ada.organizationId, last);
    await expect.poll(() => [asking, silent].map(({ events }) => events.at(-1)?.subject), { timeout: 5_000 }).toEqual([last, last]);
    expect(asking.events.slice(-3).map(({ subject }) => subject)).toEqual([...vms, last]);
    expect(new Set(asking.events.map(({ id }) => id)).size).toBe(asking.events.length);
    expect(silent.events.map(({ subject }) => subject)).toEqual([last]);
    expect(await asking.client.emitWithAck("join", `org:${bob.organizationId}`)).toBe(false);
    expect(asking.events.map(({ subject }) => subject)).not.toContain(foreign);
  });

  it("hears a message once, though it is in two of its rooms; an administrator hears all", async () => {
    await web.rt.db.query({ text: `update "user" set platform_role = 'admin' where id = $1`, values: [bob.userId] });
    const login = await web.rest("POST", "/auth/login", { body: { email: "bob@example.com", password: "correct horse battery" } });
    const { client } = await connected((login.body as { token: string }).token);
    const vm = newId("vm");
    for (const room of ["admin", `vm:${vm}`, `org:${bob.organizationId}`]) expect(await client.emitWithAck("join", room)).toBe(true);
    const heard: unknown[] = [];
    client.on("realtime", (message) => void heard.push(message));
    web.rt.realtime.publish({ rooms: ["admin", `vm:${vm}`], name: "vm.metrics", data: { vmId: vm } });
    web.rt.realtime.publish({ rooms: [], name: "vm.metrics", data: { vmId: "nobody" } });
    web.rt.realtime.publish({ rooms: [`vm:${vm}`], name: "vm.metrics", data: { vmId: vm, last: true } });
    await expect.poll(() => heard.length).toBe(2);
    expect(heard).toEqual([
      { name: "vm.metrics", data: { vmId: vm } },
      { name: "vm.metrics", data: { vmId: vm, last: true } },
    ]);
    await web.rt.db.query({ text: `update "user" set platform_role = null where id = $1`, values: [bob.userId] });
  });

  it("hears what is meant for its person, who asks for no room, and nobody else can", async () => {
    const [own, other] = [await connected(ada.token), await connected(bob.token)];
    expect(await other.client.timeout(5_000).emitWithAck("join", `usr:${ada.userId}`)).toBe(false);
    const heard: unknown[] = [];
    const overheard: unknown[] = [];
    own.client.on("realtime", (message) => void heard.push(message));
    other.client.on("realtime", (message) => void overheard.push(message));
    web.rt.realtime.publish({ rooms: [`usr:${ada.userId}`], name: "notification", data: { id: "ntf_1" } });
    web.rt.realtime.publish({ rooms: [`usr:${bob.userId}`], name: "notification", data: { id: "ntf_2" } });
    await expect.poll(() => [heard, overheard]).toEqual([[{ name: "notification", data: { id: "ntf_1" } }], [{ name: "notification", data: { id: "ntf_2" } }]]);
  });

  it("that reads slowly loses what the next message replaces, and no event", async () => {
    const { client, events } = await connected(ada.token);
    await client.emitWithAck("join", `org:${ada.organizationId}`);
    let heard = 0;
    client.on("realtime", () => void (heard += 1));
    // The TCP connection beneath the client's WebSocket: unread, it fills up.
    const { ws } = client.io.engine.transport as unknown as { ws: { pause(): void; resume(): void } };
    ws.pause();
    const filler = "x".repeat(4_096);
    let sent = 0;
    for (let round = 0; round < 40; round += 1) {
      for (let message = 0; message < 100; message += 1) web.rt.realtime.publish({ rooms: [`org:${ada.organizationId}`], name: "vm.metrics", data: { filler } });
      sent += 100;
      await new Promise((done) => setTimeout(done, 25));
    }
    const vm = newId("vm");
    await announce(ada.organizationId, vm);
    ws.resume();
    await expect.poll(() => events.map((event) => event.subject), { timeout: 5_000 }).toEqual([vm]);
    expect(heard).toBeGreaterThan(0);
    expect(heard).toBeLessThan(sent);
  });

  it("hears no more after it left", async () => {
    const { client, events } = await connected(ada.token);
    await client.emitWithAck("join", `org:${ada.organizationId}`);
    client.emit("leave", `org:${ada.organizationId}`);
    // The answer to a later message: the earlier one was served.
    await client.emitWithAck("join", "admin");
    await announce(ada.organizationId, newId("vm"));
    const witness = await connected(ada.token);
    await witness.client.emitWithAck("join", `org:${ada.organizationId}`);
    const last = newId("vm");
    await announce(ada.organizationId, last);
    // The earlier one may reach the witness too, when it was delivered late.
    await expect.poll(() => witness.events.at(-1)?.subject).toBe(last);
    expect(events).toEqual([]);
  });

  it("goes when its session ends", async () => {
    const login = await web.rest("POST", "/auth/login", { body: { email: "ada@example.com", password: "correct horse battery" } });
    const { token } = login.body as { token: string };
    const { client } = await connected(token);
    const gone = new Promise((resolve) => client.once("disconnect", resolve));
    const started = performance.now();
    expect((await web.rest("POST", "/auth/logout", { token })).status).toBe(204);
    await gone;
    expect(performance.now() - started).toBeLessThan(6_000);
  });

  it("that asks for more than it may hold is cut off", async () => {
    const { client } = await connected(ada.token);
    const gone = new Promise((resolve) => client.once("disconnect", resolve));
    client.emit("leave", "x".repeat(20 * 1024));
    await gone;
  });
});
