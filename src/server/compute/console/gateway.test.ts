import { encode } from "next-auth/jwt";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { newId } from "#shared/ids.ts";
import type { OrganizationRole } from "#shared/permissions.ts";
import { forgetUser } from "#server/identity/session-cache.ts";
import { logout, openSession } from "#server/identity/sessions.ts";
import { transact } from "#server/infra/runtime.ts";
import { makePerson, type Person } from "#server/testing/people.ts";
import { screenText } from "../drivers/simulated/screen/testing/screen-text.ts";
import { stopVm } from "../power.ts";
import { openConsole } from "./open-console.ts";
import { type Browser, type ConsoleBench, createConsoleBench } from "./testing/console-bench.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

let bench: ConsoleBench;
let vm: string;
beforeAll(async () => {
  bench = await createConsoleBench();
  vm = await bench.runningVm("web-1");
});
afterEach(async () => {
  // The tests' browsers are gone, and the limits count from none.
  await expect.poll(() => bench.gateway.count()).toBe(0);
  await bench.rt.db.prisma.consoleTicket.deleteMany();
});
afterAll(() => bench.close());

const end = async (browser: Browser): Promise<number | string> => (await browser.closed).code;
function leave(browser: Browser): Promise<unknown> {
  browser.ws.close();
  return browser.closed;
}

/** Another person of the customer's organization. */
async function colleague(role: OrganizationRole): Promise<Person> {
  const person = await makePerson(bench.rt);
  const { organizationId } = bench.compute.customer;
  await bench.rt.db.prisma.membership.create({ data: { userId: person.userId, organizationId, role, createdAt: bench.rt.clock.now() } });
  forgetUser(bench.rt, person.userId);
  return { ...person, actor: { ...person.actor, organizationId, role } };
}

describe("a console", () => {
  it("shows the VM's screen, takes keys, and asks the browser for no password", async () => {
    const browser = await bench.look(vm);
    expect(browser.ws.protocol).toBe("binary");
    expect(browser.screen).toMatchObject({ name: "web-1", width: 720, height: 400 });
    while (!screenText(browser.screen).includes("login: _")) await browser.screen.update({ incremental: true });
    browser.screen.type("guest\necho through the gateway\n");
    while (!screenText(browser.screen).includes("\nthrough the gateway\n")) await browser.screen.update({ incremental: true });
    await leave(browser);
    const entry = await bench.rt.db.prisma.auditEntry.findFirstOrThrow({ where: { action: "vm.console", subjectId: vm } });
    expect(entry).toMatchObject({ actorId: bench.compute.customer.userId, organizationId: bench.compute.customer.organizationId });
  });

  it("opens once by a ticket, which the database does not know", async () => {
    const ticket = await bench.ticket(vm);
    expect(JSON.stringify(await bench.rt.db.prisma.consoleTicket.findMany())).not.toContain(ticket);
    const browser = bench.dial(ticket);
    await browser.rfb();
    expect(await end(bench.dial(ticket))).toBe(4400);
    await leave(browser);
    expect(await end(bench.dial(ticket))).toBe(4400);
    const same = await bench.ticket(vm);
    const rivals = [bench.dial(same), bench.dial(same), bench.dial(same)];
    const outcomes = await Promise.all(rivals.map((each) => each.rfb().then(() => "shown", () => end(each))));
    expect(outcomes.toSorted()).toEqual([4400, 4400, "shown"]);
    await Promise.all(rivals.map(leave));
  });

  it("does not open by a ticket that is too old, or none", async () => {
    const ticket = await bench.ticket(vm);
    bench.advance(31_000);
    expect(await end(bench.dial(ticket))).toBe(4400);
    expect(await end(bench.dial("made-up"))).toBe(4400);
    expect(await end(bench.dial(null))).toBe("HTTP 400");
  });

  it("shows the ticket's VM and no other", async () => {
    const other = await bench.runningVm("db-1");
    const browser = await bench.look(other);
    expect(browser.screen.name).toBe("db-1");
    await leave(browser);
    const stranger = await makePerson(bench.rt);
    await expect(openConsole(bench.rt, stranger.actor, vm)).rejects.toMatchObject({ code: "NOT_FOUND" });
    // Nor when the VM has another owner by the time the ticket is used.
    const ticket = await bench.ticket(other);
    await bench.rt.db.prisma.vm.update({ where: { id: other }, data: { organizationId: stranger.organizationId } });
    expect(await end(bench.dial(ticket))).toBe(4403);
  });

  it("opens from our own pages alone", async () => {
    const ticket = await bench.ticket(vm);
    expect(await end(bench.dial(ticket, { origin: "https://evil.example" }))).toBe("HTTP 403");
    const browser = bench.dial(ticket, { origin: bench.origin });
    expect((await browser.rfb()).name).toBe("web-1");
    await leave(browser);
  });

  it("that a browser asked for opens in that browser alone", async () => {
    const { customer } = bench.compute;
    const cookieOf = async (person: Person): Promise<{ sessionId: string; cookie: string }> => {
      const session = await transact(bench.rt, (tx) => openSession(tx, { id: person.userId }, "browser", { ip: "192.0.2.7", userAgent: "test" }, bench.rt.clock.now()));
      return { sessionId: session.id, cookie: `next-auth.session-token=${await encode({ token: { sub: person.userId, sid: session.id }, secret: bench.rt.config.authSecret })}` };
    };
    const [own, second, other] = [await cookieOf(customer), await cookieOf(customer), await cookieOf(await makePerson(bench.rt))];
    const ticket = async (): Promise<string> => (await openConsole(bench.rt, { ...customer.actor, sessionId: own.sessionId }, vm)).ticket;
    expect(await end(bench.dial(await ticket()))).toBe(4403);
    expect(await end(bench.dial(await ticket(), { cookie: other.cookie }))).toBe(4403);
    expect(await end(bench.dial(await ticket(), { cookie: second.cookie }))).toBe(4403);
    const browser = bench.dial(await ticket(), { cookie: own.cookie });
    expect((await browser.rfb()).name).toBe("web-1");
    await leave(browser);
  });

  it("ends when the permission is taken away", async () => {
    const person = await colleague("operator");
    const browser = bench.dial((await openConsole(bench.rt, person.actor, vm)).ticket);
    await browser.rfb();
    await bench.rt.db.prisma.membership.updateMany({ where: { userId: person.userId, organizationId: bench.compute.customer.organizationId }, data: { role: "viewer" } });
    forgetUser(bench.rt, person.userId);
    expect(await browser.closed).toMatchObject({ code: 4403, reason: "You are not allowed to use this console." });
  });

  it("ends when its session ends", async () => {
    const person = await colleague("operator");
    const { ticket } = await openConsole(bench.rt, person.actor, vm);
    const unused = await openConsole(bench.rt, person.actor, vm);
    const browser = bench.dial(ticket);
    await browser.rfb();
    await logout(bench.rt, person.actor);
    expect(await end(browser)).toBe(4401);
    expect(await end(bench.dial(unused.ticket))).toBe(4401);
  });

  it("ends with the VM's power, and cannot be opened while it is off", async () => {
    const stopping = await bench.runningVm("stopping-1");
    const browser = await bench.look(stopping);
    const ticket = await bench.ticket(stopping);
    // By the clock of the worker: the bench's is ahead of it.
    const { operationId } = await stopVm(bench.compute.rt, bench.compute.customer.actor, { id: stopping, graceful: false, timeoutSeconds: 30 });
    expect(await browser.closed).toMatchObject({ code: 4410 });
    await bench.compute.ended(operationId);
    expect(await end(bench.dial(ticket))).toBe(4410);
    await expect(bench.ticket(stopping)).rejects.toMatchObject({ code: "INVALID_STATE" });
  });

  it("ends after a quarter of an hour without a touch; what the browser asks by itself is none", async () => {
    const browser = await bench.look(vm);
    bench.advance(14 * MINUTE);
    browser.screen.key(0x20);
    await browser.screen.update({ incremental: true });
    bench.advance(14 * MINUTE);
    await browser.screen.update({ incremental: false });
    expect(browser.ws.readyState).toBe(browser.ws.OPEN);
    bench.advance(2 * MINUTE);
    expect(await end(browser)).toBe(4408);
  });

  it("ends after eight hours in any case", async () => {
    const browser = await bench.look(vm);
    bench.advance(8 * HOUR);
    expect(await end(browser)).toBe(4411);
  });

  it("is one of two at a VM: the same person's third takes the place of their first, others are refused", async () => {
    const [first, second] = [await bench.look(vm), await bench.look(vm)];
    const third = await bench.look(vm);
    expect(await end(first)).toBe(4409);
    expect(second.ws.readyState).toBe(second.ws.OPEN);
    const other = await colleague("admin");
    expect(await end(bench.dial((await openConsole(bench.rt, other.actor, vm)).ticket))).toBe(4429);
    await leave(second);
    const fourth = bench.dial((await openConsole(bench.rt, other.actor, vm)).ticket);
    await fourth.rfb();
    await Promise.all([third, fourth].map(leave));
  });

  it("is one of five of a person, in all processes together", async () => {
    const { userId, organizationId, actor } = bench.compute.customer;
    const at = bench.rt.clock.now();
    const elsewhere = Array.from({ length: 5 }, (_, n) => ({ tokenHash: `elsewhere-${n}`, vmId: newId("vm"), userId, organizationId, sessionId: actor.sessionId, expiresAt: at, usedAt: new Date(at.getTime() + n), liveUntil: new Date(at.getTime() + MINUTE) }));
    await bench.rt.db.prisma.consoleTicket.createMany({ data: elsewhere });
    const browser = await bench.look(vm);
    const left = await bench.rt.db.prisma.consoleTicket.findMany({ where: { liveUntil: { not: null }, tokenHash: { startsWith: "elsewhere" } }, orderBy: { tokenHash: "asc" } });
    expect(left.map(({ tokenHash }) => tokenHash)).toEqual(["elsewhere-1", "elsewhere-2", "elsewhere-3", "elsewhere-4"]);
    // Another process does the same to this one.
    await bench.rt.db.prisma.consoleTicket.updateMany({ where: { NOT: { tokenHash: { startsWith: "elsewhere" } } }, data: { liveUntil: null } });
    expect(await end(browser)).toBe(4409);
  });

  it("is given twenty times a minute at most", async () => {
    const asked = await Promise.allSettled(Array.from({ length: 22 }, () => bench.ticket(vm)));
    expect(asked.filter(({ status }) => status === "fulfilled").length).toBeGreaterThanOrEqual(20);
    await expect(bench.ticket(vm)).rejects.toMatchObject({ code: "RATE_LIMITED", extras: { retryAfter: 60 } });
    bench.advance(MINUTE + 1);
    await bench.ticket(vm);
  });

  it("takes no message that is too large", async () => {
    const browser = await bench.look(vm);
    browser.ws.send(Buffer.alloc(129 * 1024));
    expect(await end(browser)).toBe(1009);
  });

  it("says that the hypervisor's screen is lost", async () => {
    const lost = await bench.runningVm("lost-1");
    const browser = await bench.look(lost);
    const { hypervisorRef } = await bench.rt.db.prisma.vm.findUniqueOrThrow({ where: { id: lost } });
    bench.compute.fault({ operation: "inspect", mode: "before", times: 0 });
    bench.compute.fault({ operation: "openConsole", mode: "before", times: 0 });
    await bench.compute.driver.stop(hypervisorRef ?? "", { mode: "forced" }, { key: "behind our back", signal: AbortSignal.timeout(5_000) });
    expect(await end(browser)).toBe(4502);
    expect(await bench.dial(await bench.ticket(lost)).closed).toMatchObject({ code: 4502, reason: "The hypervisor does not show the screen right now." });
    bench.compute.mend();
  });

  it("asks to come back when the server stops", async () => {
    const browser = await bench.look(vm);
    await bench.gateway.close();
    expect(await browser.closed).toMatchObject({ code: 1012 });
    expect(await end(bench.dial(await bench.ticket(vm)))).toBe("HTTP 503");
  });
});
