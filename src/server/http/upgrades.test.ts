import { afterAll, beforeAll, expect, it } from "vitest";
import { io } from "socket.io-client";
import { WebSocket } from "ws";
import { startTestWeb, type TestWeb } from "#server/testing/web.ts";

let web: TestWeb;
beforeAll(async () => {
  web = await startTestWeb();
});
afterAll(() => web.close());

function outcome(path: string, protocols: string[] = []): Promise<string | number> {
  return new Promise((resolve) => {
    const socket = new WebSocket(`${web.url}${path}`, protocols);
    socket.on("close", (code) => resolve(code));
    socket.on("error", () => resolve("refused"));
  });
}

it("live events and consoles share the port; any other upgrade is refused", async () => {
  const { token } = await web.signUp("upgrades@example.com");
  const live = io(web.url, { transports: ["websocket"], reconnection: false, auth: { token } });
  await new Promise((resolve) => live.once("connect", () => resolve(null)));
  // It came to the console's gateway, which does not know the ticket.
  expect(await outcome("/console", ["binary", "ticket.unknown"])).toBe(4400);
  expect(await outcome("/console")).toBe("refused");
  expect(await outcome("/consoles")).toBe("refused");
  expect(await outcome("/vms")).toBe("refused");
  expect(live.connected).toBe(true);
  live.disconnect();
});
