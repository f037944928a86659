import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { newId } from "#shared/ids.ts";
import type { EventOf, EventType } from "#shared/platform/events.ts";
import { eventsAfter, lastPosition, publish, relayOnce } from "#server/infra/events.ts";
import { transact } from "#server/infra/runtime.ts";
import { bareMachine } from "#server/machines/testing/alert-fixtures.ts";
import { firmwareGround } from "#server/machines/testing/firmware-ground.ts";
import { type Person, makePerson } from "#server/testing/people.ts";
import { createTestRuntime, type TestRuntime } from "#server/testing/runtime.ts";
import { purgePlatform } from "../jobs.ts";
import { startPlatformSubscribers } from "../subscribers.ts";
import { listNotifications, notifyOf, readNotifications, unreadNotifications } from "./notifications.ts";

let rt: TestRuntime;
let owner: Person;
let operator: Person;
let viewer: Person;
let admin: Person;
let auditor: Person;
beforeAll(async () => {
  rt = await createTestRuntime();
  owner = await makePerson(rt);
  [operator, viewer] = [await member("operator"), await member("viewer")];
  admin = await makePerson(rt, { platformRole: "admin" });
  auditor = await makePerson(rt, { platformRole: "auditor" });
});
afterAll(() => rt.close());
beforeEach(async () => void (await rt.db.prisma.notification.deleteMany()));

async function member(role: string): Promise<Person> {
  const person = await makePerson(rt);
  await rt.db.prisma.membership.create({ data: { organizationId: owner.organizationId, userId: person.userId, role, createdAt: rt.clock.now() } });
  return person;
}

/** The event, as a consumer of the outbox gets it. */
async function announced<T extends EventType>(type: T, data: EventOf<T>["data"], organizationId: string | null) {
  const before = await lastPosition(rt);
  // The data is of the type, by this function's own signature; that does not survive the union.
  const event = { type, subject: newId("alert"), data, organizationId, at: rt.clock.now() } as Parameters<typeof publish<T>>[1];
  await transact(rt, (tx) => publish(tx, event));
  await relayOnce(rt);
  const [stored] = await eventsAfter(rt, before);
  if (!stored) throw new Error("no event");
  return stored;
}

const told = async () => {
  const rows = await rt.db.prisma.notification.findMany();
  const names = new Map([[owner, "owner"], [operator, "operator"], [viewer, "viewer"], [admin, "admin"], [auditor, "auditor"]].map(([person, name]) => [(person as Person).userId, name as string]));
  return rows.map((row) => names.get(row.userId) ?? "somebody").sort();
};
const fired = (fields: object = {}) => ({ alertId: "alt", machineId: "mch", ruleId: "alr", name: "Too warm", severity: "warning", subject: "A1", value: 9, muted: false, ...fields });

describe("who is told", () => {
  it("of an alert: those who look after machines there; of a critical one those who run the platform too", async () => {
    await notifyOf(rt, await announced("alert.fired", fired(), owner.organizationId));
    expect(await told()).toEqual(["operator", "owner"]);
    await rt.db.prisma.notification.deleteMany();
    await notifyOf(rt, await announced("alert.fired", fired({ severity: "critical" }), owner.organizationId));
    expect(await told()).toEqual(["admin", "operator", "owner"]);
  });

  it("of an escalation: everybody there, and the platform", async () => {
    await notifyOf(rt, await announced("alert.escalated", { alertId: "alt", machineId: "mch", name: "Too warm", severity: "warning" }, owner.organizationId));
    expect(await told()).toEqual(["admin", "operator", "owner", "viewer"]);
  });

  it("of what is wrong with the books: those who may read them; of what a person did, or is muted, nobody", async () => {
    await notifyOf(rt, await announced("ledger.check.failed", { checkId: "lck", findings: ["one", "two"] }, null));
    expect(await told()).toEqual(["admin", "auditor"]);
    await rt.db.prisma.notification.deleteMany();
    await notifyOf(rt, await announced("alert.fired", fired({ muted: true }), owner.organizationId));
    await notifyOf(rt, await announced("rollout.changed", { rolloutId: "rol", status: "paused", reason: "operator" }, null));
    await notifyOf(rt, await announced("machine.updated", { machineId: "mch" }, owner.organizationId));
    expect(await told()).toEqual([]);
    await notifyOf(rt, await announced("rollout.changed", { rolloutId: "rol", status: "paused", reason: "failures" }, null));
    expect(await told()).toEqual(["admin"]);
  });

  it("not one whose account is disabled, and only once one who is both", async () => {
    await rt.db.prisma.user.update({ where: { id: operator.userId }, data: { disabledAt: rt.clock.now() } });
    await rt.db.prisma.membership.create({ data: { organizationId: owner.organizationId, userId: admin.userId, role: "admin", createdAt: rt.clock.now() } });
    await notifyOf(rt, await announced("alert.fired", fired({ severity: "critical" }), owner.organizationId));
    expect(await told()).toEqual(["admin", "owner"]);
    expect(await rt.db.prisma.notification.findFirst({ where: { userId: admin.userId } })).toMatchObject({ organizationId: owner.organizationId });
    await rt.db.prisma.user.update({ where: { id: operator.userId }, data: { disabledAt: null } });
    await rt.db.prisma.membership.deleteMany({ where: { userId: admin.userId, organizationId: owner.organizationId } });
  });
});

it("an event that is delivered again tells nobody again, and what was told says the machine's name", async () => {
  const machine = await bareMachine(rt, { organizationId: owner.organizationId, name: "Lobby" });
  const heard: unknown[] = [];
  const off = rt.realtime.subscribe((message) => message.name === "notification" && heard.push(message.rooms));
  const event = await announced("alert.fired", fired({ machineId: machine.id }), owner.organizationId);
  await notifyOf(rt, event);
  await notifyOf(rt, event);
  off();
  expect(await told()).toEqual(["operator", "owner"]);
  expect(heard.flat().sort()).toEqual([`usr:${owner.userId}`, `usr:${operator.userId}`].sort());
  expect((await listNotifications(rt, owner.userId, { limit: 20 })).data).toMatchObject([{ kind: "alert.fired", severity: "warning", subject: event.subject, data: { machineId: machine.id, machine: "Lobby", name: "Too warm", slot: "A1", value: 9 }, readAt: null }]);
});

it("each reads their own: in stretches, counted, marked one by one or all", async () => {
  for (let count = 0; count < 5; count += 1) await notifyOf(rt, await announced("alert.fired", fired({ name: `Rule ${count}` }), owner.organizationId));
  const first = await listNotifications(rt, owner.userId, { limit: 3 });
  const rest = await listNotifications(rt, owner.userId, { limit: 3, cursor: first.nextCursor ?? "" });
  expect([...first.data, ...rest.data].map((one) => one.data.name)).toEqual(["Rule 4", "Rule 3", "Rule 2", "Rule 1", "Rule 0"]);
  expect(rest.nextCursor).toBeNull();
  const mine = first.data[0]?.id ?? "";
  await readNotifications(rt, operator.userId, [mine]);
  expect(await unreadNotifications(rt, owner.userId)).toEqual({ unread: 5 });
  await readNotifications(rt, owner.userId, [mine]);
  expect(await unreadNotifications(rt, owner.userId)).toEqual({ unread: 4 });
  await readNotifications(rt, owner.userId, null);
  expect(await unreadNotifications(rt, owner.userId)).toEqual({ unread: 0 });
  expect(await unreadNotifications(rt, operator.userId)).toEqual({ unread: 5 });
});

it("are kept for 90 days", async () => {
  await notifyOf(rt, await announced("alert.fired", fired(), owner.organizationId));
  rt.clock.advance(90 * 86_400_000);
  await purgePlatform(rt);
  expect(await told()).toHaveLength(2);
  rt.clock.advance(1_000);
  await purgePlatform(rt);
  expect(await told()).toEqual([]);
});

it("the subscriber follows the outbox from where it was", async () => {
  const loop = await startPlatformSubscribers(rt);
  await loop.stop();
  await announced("alert.fired", fired(), owner.organizationId);
  const next = await startPlatformSubscribers(rt);
  await expect.poll(told, { timeout: 5_000 }).toEqual(["operator", "owner"]);
  await next.stop();
});

it("a rollout that stopped by itself is told by its name, with the reason", async () => {
  const ground = await firmwareGround(rt);
  const { firmware } = await ground.upload();
  const rolloutId = await ground.rollout(firmware.id, { name: "Door fix" });
  await relayOnce(rt);
  await notifyOf(rt, await announced("rollout.changed", { rolloutId, status: "paused", reason: "failures" }, null));
  expect((await listNotifications(rt, admin.userId, { limit: 20 })).data).toMatchObject([{ kind: "rollout.changed", severity: "critical", data: { rollout: "Door fix", cause: "failures" } }]);
});
