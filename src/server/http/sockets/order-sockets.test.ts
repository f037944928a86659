import { io, type Socket } from "socket.io-client";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import type { ClientToServer, ServerToClient } from "#shared/platform/events.ts";
import { startRelay } from "#server/infra/events.ts";
import type { Loop } from "#server/infra/loop.ts";
import { openStall, type Stall } from "#server/machines/testing/stall.ts";

type Client = Socket<ServerToClient, ClientToServer>;

let stall: Stall;
let relay: Loop;
const open: Client[] = [];
beforeAll(async () => {
  stall = await openStall();
  relay = startRelay(stall.rt);
});
afterEach(() => {
  for (const client of open.splice(0)) client.disconnect();
});
afterAll(async () => {
  await relay.stop();
  await stall.close();
});

function dial(order: unknown): Promise<{ client: Client; outcome: string }> {
  const client: Client = io(stall.shop.url, { transports: ["websocket"], reconnection: false, forceNew: true, auth: { order } });
  open.push(client);
  return new Promise((resolve) => {
    client.once("connect", () => resolve({ client, outcome: "connected" }));
    client.once("connect_error", (error) => resolve({ client, outcome: error.message }));
  });
}

it("lets a guest watch the order whose secret they have, and nothing else", { timeout: 60_000 }, async () => {
  const machine = await stall.machine();
  const [mine, other] = [await stall.order(machine, ["A1"]), await stall.order(machine, ["A2"])];
  const { client, outcome } = await dial({ orderId: mine.orderId, secret: mine.secret });
  expect(outcome).toBe("connected");
  const heard: unknown[] = [];
  client.on("event", (event) => void heard.push(event));
  const progress = new Promise((resolve) => client.on("realtime", (message) => {
    heard.push(message);
    resolve(message);
  }));
  for (const room of ["admin", `machine:${machine.id}`, `org:${machine.organizationId}`, `order:${other.orderId}`]) {
    expect(await new Promise((answer) => client.emit("join", room, answer)), room).toBe(false);
  }
  await stall.pay(other);
  await stall.settle(machine);
  await stall.pay(mine);
  await stall.settle(machine);
  expect(await progress).toEqual({ name: "order.progress", data: { orderId: mine.orderId } });
  expect(new Set(heard.map((message) => JSON.stringify(message)))).toEqual(new Set([JSON.stringify({ name: "order.progress", data: { orderId: mine.orderId } })]));
});

it("refuses who has no secret, or another's", async () => {
  const machine = await stall.machine();
  const [mine, other] = [await stall.order(machine, ["A1"]), await stall.order(machine, ["A2"])];
  for (const order of [undefined, null, "x", {}, { orderId: mine.orderId }, { orderId: mine.orderId, secret: other.secret }, { orderId: "ord_nothing", secret: mine.secret }]) {
    expect((await dial(order)).outcome).toBe("UNAUTHORIZED");
  }
});
