import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { gunzipSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newId } from "#shared/ids.ts";
import { createWebServer } from "#server/http/server.ts";
import type { WebServer } from "#server/http/web-server.ts";
import { signAccessToken } from "#server/identity/access-tokens.ts";
import { fileStorage } from "#server/infra/storage.ts";
import { makePerson, type Person } from "#server/testing/people.ts";
import { createTestRuntime, type TestRuntime } from "#server/testing/runtime.ts";
import { discardDraft } from "../onboarding.ts";
import { storeBatch } from "../store-batch.ts";
import { type GivenDevice, givenDevice, givenOrganization, TESTER } from "../testing/fixtures.ts";
import { archiveMachines, describeArchive } from "./archive.ts";
import { alertsOf, connectionsOf, hoursOf, movementsOf, ordersOf, refillsOf } from "./archive-repository.ts";
import { decommission } from "./decommission.ts";
import { restoreMachine } from "./restore.ts";

let rt: TestRuntime;
let web: WebServer;
let url: string;
let device: GivenDevice;
let file: Buffer;

const all = async <T>(rows: AsyncIterable<T>): Promise<T[]> => {
  const found: T[] = [];
  for await (const row of rows) found.push(row);
  return found;
};
const run = (id: string) => decommission(rt, "platform", TESTER, { id, confirm: "Machine" });
const restore = (bytes: Buffer, organizationId?: string) => restoreMachine(rt, TESTER, { open: () => Readable.from([bytes]), ...(organizationId === undefined ? {} : { organizationId }) });
const bytesOf = async (id: string): Promise<Buffer> => {
  const stream = await fileStorage(rt.config).open(`archives/${id}.jsonl.gz`);
  return Buffer.concat(stream ? await all<Buffer>(stream) : []);
};


/** Everything that is told of a machine, without ids that cannot be the same. */
async function history(id: string) {
  const machine = await rt.db.prisma.machine.findUniqueOrThrow({ where: { id }, include: { slots: { orderBy: { code: "asc" } } } });
  const { name, notes, address, latitude, longitude, timezone, templateId, heartbeatSeconds, networkKind, wifiSsid } = machine;
  const refills = await all(refillsOf(rt, id));
  const orders = await all(ordersOf(rt, id));
  const nth = (ids: string[], one: string | null) => one && ids.indexOf(one);
  return {
    configuration: { name, notes, address, latitude, longitude, timezone, templateId, heartbeatSeconds, networkKind, wifiSsid },
    slots: machine.slots.map(({ machineId: _machine, ...slot }) => slot),
    refills: refills.map(({ id: _id, machineId: _machine, ...refill }) => refill),
    orders: orders.map(({ status, total, captured, refunded, capturedMinor, paymentState, createdAt, endedAt, lines }) => ({
      status, total, captured, refunded, capturedMinor, paymentState, createdAt, endedAt,
      lines: lines.map(({ id: _line, orderId: _order, ...line }) => line),
    })),
    movements: (await all(movementsOf(rt, id))).map(({ id: _id, machineId: _machine, refillId, orderLineId, ...movement }) => ({
      ...movement,
      refill: nth(refills.map((one) => one.id), refillId),
      line: nth(orders.flatMap((one) => one.lines.map((line) => line.id)), orderLineId),
    })),
    connections: (await all(connectionsOf(rt, id))).map(({ type, reason, at }) => ({ type, reason, at })),
    alerts: (await all(alertsOf(rt, id))).map(({ id: _id, machineId: _machine, ...alert }) => alert),
    hours: await hoursOf(rt, id),
  };
}

async function givenHistory(): Promise<GivenDevice> {
  const made = await givenDevice(rt);
  const { id: machineId, organizationId, productId } = made;
  const at = rt.clock.now();
  const say = (kind: string, seq: number, more: object) => ({ topic: `m/${machineId}/${kind}`, payload: Buffer.from(JSON.stringify({ v: 1, boot: "b1", seq, ...more })), at: rt.clock.now() });
  await storeBatch(rt, [say("status", 1, { state: "online", session: "s1" }), say("tele", 2, { metrics: { temp_c: 4 } }), say("tele", 3, { metrics: { temp_c: 7, door: 1 }, samples: [[at.getTime() - 3_600_000, { temp_c: 1.5 }]] })]);
  const refillId = newId("refill");
  await rt.db.prisma.refill.create({ data: { id: refillId, machineId, status: "done", userId: "usr_ann", note: "all well", lines: [{ slot: "A1", productId, planned: 3, added: 3 }], startedAt: at, finishedAt: at } });
  const orderId = newId("order");
  const line = newId("orderLine");
  await rt.db.prisma.machineOrder.create({
    data: {
      id: orderId, machineId, organizationId, status: "dispensed", secretHash: "x", checkoutKey: orderId, payment: "card", paymentState: "captured", provider: "test", providerRef: orderId, paymentRef: orderId, total: 1_500_000n,
      captured: 1_500_000n, currency: "EUR", amountMinor: 150, capturedMinor: 150, receiptNumber: `O-2028-${orderId.slice(-8)}`, expiresAt: at, createdAt: at, paidAt: at, endedAt: at, updatedAt: at,
      lines: { create: { id: line, position: 0, slot: "A1", productId, name: "Bar", sku: "BAR", price: 1_500_000n, priceMinor: 150, state: "dispensed", endedAt: at } },
    },
  });
  for (const [kind, delta, countAfter, links] of [["refill", 3, 8, { refillId }], ["dispense", -1, 7, { orderLineId: line }], ["correction", -2, 5, {}]] as const) {
    await rt.db.prisma.stockMovement.create({ data: { id: newId("stockMovement"), machineId, slot: "A1", productId, kind, delta, countAfter, ...links, at } });
  }
  const ruleId = newId("alertRule");
  await rt.db.prisma.alertRule.create({ data: { id: ruleId, name: "Warm", kind: "threshold", severity: "warning", condition: {}, createdAt: at, updatedAt: at } });
  await rt.db.prisma.alert.create({ data: { id: newId("alert"), ruleId, machineId, organizationId, state: "resolved", severity: "warning", value: 9.5, startedAt: at, firedAt: at, resolvedAt: at, endReason: "cleared" } });
  return made;
}

beforeAll(async () => {
  rt = await createTestRuntime({ port: 0 });
  web = createWebServer(rt, { next: null });
  url = `http://127.0.0.1:${(await web.listen()).port}/files/machines`;
  device = await givenHistory();
  await rt.db.prisma.machine.update({ where: { id: device.id }, data: { serial: "SY-0007" } });
  await run(device.id);
  await archiveMachines(rt);
  file = await bytesOf(device.id);
});
afterAll(async () => {
  await web.close();
  await rt.close();
});

describe("an archive", () => {
  it("is written once, to one file with a checksum, and is announced", async () => {
    const lines = gunzipSync(file).toString().trimEnd().split("\n");
    const end = JSON.parse(lines.at(-1) ?? "") as { lines: number; sha256: string };
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({ format: "switchyard-machine-archive", version: 1, machineId: device.id });
    expect(end).toEqual({ kind: "end", lines: lines.length - 1, sha256: createHash("sha256").update(`${lines.slice(0, -1).join("\n")}\n`).digest("hex") });
    expect(await archiveMachines(rt)).toBe(0);
    expect(await rt.db.prisma.auditEntry.count({ where: { subjectId: device.id, action: "machine.archive" } })).toBe(1);
    expect((await describeArchive(rt, { organizationId: device.organizationId }, device.id)).archive).toMatchObject({ sizeBytes: file.length });
    expect(gunzipSync(file).toString()).not.toContain("secretHash");
  });

  it("is written again by the next one when a process dies between the file and the row", async () => {
    const other = await givenDevice(rt);
    await run(other.id);
    await fileStorage(rt.config).put(`archives/${other.id}.jsonl.gz`, Buffer.from("half"));
    expect((await describeArchive(rt, "platform", other.id)).archive).toBeNull();
    expect(await archiveMachines(rt)).toBe(1);
    expect((await restore(await bytesOf(other.id))).records.machine).toBe(1);
  });

  it("waits for alerts and money that end shortly after, but not for ever; one that fails holds up no other", async () => {
    const waits = await givenDevice(rt);
    const at = rt.clock.now();
    await rt.db.prisma.machineOrder.create({
      data: { id: newId("order"), machineId: waits.id, organizationId: waits.organizationId, status: "failed", secretHash: "x", payment: "card", paymentState: "refunding", total: 1n, expiresAt: at, createdAt: at, updatedAt: at },
    });
    await run(waits.id);
    const other = await givenDevice(rt);
    await run(other.id);
    expect(await archiveMachines(rt)).toBe(1);
    expect((await describeArchive(rt, "platform", waits.id)).archive).toBeNull();
    rt.clock.advance(6 * 60_000);
    expect(await archiveMachines(rt)).toBe(1);
    expect((await describeArchive(rt, "platform", waits.id)).archive).not.toBeNull();
  });

  it("is refused for a machine in service", async () => {
    const other = await givenDevice(rt);
    await expect(describeArchive(rt, "platform", other.id)).rejects.toMatchObject({ code: "INVALID_STATE" });
    await expect(describeArchive(rt, { organizationId: "org_other" }, device.id)).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  it("is had by administrators and by the owning organization alone", async () => {
    const [admin, owner, operator, stranger] = [await makePerson(rt, { platformRole: "admin" }), await makePerson(rt), await makePerson(rt), await makePerson(rt)];
    for (const [person, role] of [[owner, "owner"], [operator, "viewer"]] as const) {
      await rt.db.prisma.membership.create({ data: { organizationId: device.organizationId, userId: person.userId, role, createdAt: rt.clock.now() } });
    }
    const get = async (person: Person | null, id = device.id, method = "GET") => {
      const headers = person ? { authorization: `Bearer ${await signAccessToken(rt, person.actor)}` } : {};
      return fetch(`${url}/${id}/archive`, { headers, method });
    };
    for (const person of [admin, owner]) {
      const answer = await get(person);
      expect([answer.status, answer.headers.get("content-type")]).toEqual([200, "application/gzip"]);
      expect(Buffer.from(await answer.arrayBuffer()).equals(file)).toBe(true);
    }
    expect((await get(owner, device.id, "HEAD")).headers.get("content-length")).toBe(String(file.length));
    expect([(await get(null)).status, (await get(operator)).status, (await get(stranger)).status, (await get(owner, "mch_nonsense")).status, (await get(owner, device.id, "POST")).status]).toEqual([401, 404, 404, 404, 405]);
  });
});

describe("restoring", () => {
  it("brings back the configuration, stock, orders, roll-ups and all the rest, once", async () => {
    const before = await history(device.id);
    const report = await restore(file);
    expect(report).toMatchObject({ restored: true, alertsLeftOut: 0, records: { machine: 1, slot: 48, order: 1, refill: 1, alert: 1 } });
    expect(await history(report.machineId)).toEqual(before);
    expect(before.hours).toEqual([
      { metric: "temp_c", hour: new Date("2028-02-28T09:00:00Z"), min: 1.5, avg: 1.5, max: 1.5, count: 1 },
      { metric: "door", hour: new Date("2028-02-28T10:00:00Z"), min: 1, avg: 1, max: 1, count: 1 },
      { metric: "temp_c", hour: new Date("2028-02-28T10:00:00Z"), min: 4, avg: 5.5, max: 7, count: 2 },
    ]);
    expect(before.movements.slice(-3).map(({ refill, line }) => [refill, line])).toEqual([[0, null], [null, 0], [null, null]]);
    const machine = await rt.db.prisma.machine.findUniqueOrThrow({ where: { id: report.machineId } });
    const old = await rt.db.prisma.machine.findUniqueOrThrow({ where: { id: device.id } });
    expect(machine).toMatchObject({ status: "draft", wizardStep: "network", claimedAt: null, importKey: `archive/${device.id}`, metadata: { archive: { machineId: device.id, hardwareId: "A0:B1:C2:D3:E4:F5" } } });
    expect(machine.slug).toMatch(new RegExp(`^${old.slug}-[0-9a-f]{8}$`));
    const [order] = await all(ordersOf(rt, report.machineId));
    expect(order).toMatchObject({ provider: null, providerRef: null, paymentRef: null, receiptNumber: null, metadata: { archive: { provider: "test" } } });
    expect(await restore(file)).toMatchObject({ machineId: report.machineId, restored: false });
    await expect(discardDraft(rt, TESTER, report.machineId)).rejects.toMatchObject({ code: "INVALID_STATE" });
    expect(await rt.db.prisma.machine.count({ where: { importKey: `archive/${device.id}` } })).toBe(1);
  });

  it("can be taken out of service and archived again, with the same history", async () => {
    const { machineId } = await restore(file);
    const before = await history(machineId);
    await run(machineId);
    await archiveMachines(rt);
    const again = await restore(await bytesOf(machineId));
    expect({ ...(await history(again.machineId)), connections: [] }).toEqual({ ...before, connections: [] });
  });

  it("makes the products where another organization takes the machine, and needs to be told when the archive's is not here", async () => {
    const organizationId = await givenOrganization(rt);
    const { machineId } = await restore(file, organizationId);
    const slot = await rt.db.prisma.slot.findUniqueOrThrow({ where: { machineId_code: { machineId, code: "A1" } }, include: { product: true } });
    expect([slot.count, slot.product?.organizationId, slot.product?.name]).toEqual([5, organizationId, "Bar"]);
    await expect(restore(file, newId("organization"))).rejects.toMatchObject({ code: "NOT_FOUND", message: "There is no such organization." });
    const foreign = rewritten((lines) => lines.map((line, index) => (index === 0 ? line.replace(/org_[0-9a-z]{26}/, newId("organization")) : line)));
    await expect(restore(foreign)).rejects.toMatchObject({ code: "NOT_FOUND", message: expect.stringContaining("say which one") });
  });

  it("gives the machine its serial number back, unless another has it by now, and bears an archive without one", async () => {
    const restored = async (bytes: Buffer, organizationId: string) => {
      const { machineId } = await restore(bytes, organizationId);
      return rt.db.prisma.machine.findUniqueOrThrow({ where: { id: machineId } });
    };
    expect(await restored(file, await givenOrganization(rt))).toMatchObject({ serial: "SY-0007", metadata: { archive: { serial: "SY-0007" } } });
    const taken = await givenDevice(rt);
    await rt.db.prisma.machine.update({ where: { id: taken.id }, data: { serial: "SY-0007" } });
    expect(await restored(file, taken.organizationId)).toMatchObject({ serial: null, metadata: { archive: { serial: "SY-0007" } } });
    const former = rewritten((lines) => lines.map((line) => line.replace('"serial":"SY-0007",', "")));
    expect(gunzipSync(former).toString()).not.toContain("SY-0007");
    expect((await restored(former, await givenOrganization(rt))).serial).toBeNull();
  });

  /** The archive with other lines and a checksum that fits them. */
  function rewritten(change: (lines: string[]) => string[]): Buffer {
    const lines = change(gunzipSync(file).toString().trimEnd().split("\n").slice(0, -1));
    const body = `${lines.join("\n")}\n`;
    return gzipSync(`${body}${JSON.stringify({ kind: "end", lines: lines.length, sha256: createHash("sha256").update(body).digest("hex") })}\n`);
  }

  it.each<[string, () => Buffer, string]>([
    ["nothing", () => Buffer.alloc(0), "damaged"],
    ["no gzip", () => Buffer.from('{"format":"switchyard-machine-archive"}'), "foreign"],
    ["another gzip", () => gzipSync("hello\n"), "foreign"],
    ["an empty gzip", () => gzipSync(""), "foreign"],
    ["JSON of something else", () => gzipSync('{"products":[]}\n'), "foreign"],
    ["a later version", () => rewritten((lines) => lines.map((line) => line.replace('"version":1', '"version":2'))), "version"],
    ["half a file", () => file.subarray(0, file.length / 2), "damaged"],
    ["a byte that has changed", () => Buffer.from(file.map((byte, index) => (index === file.length - 200 ? byte ^ 1 : byte))), "damaged"],
    ["no end", () => gzipSync(gunzipSync(file).toString().trimEnd().split("\n").slice(0, -1).join("\n")), "damaged"],
    ["a count that was changed by hand", () => gzipSync(gunzipSync(file).toString().replace('"count":5', '"count":6')), "damaged"],
    ["something behind its end", () => gzipSync(`${gunzipSync(file).toString()}{}\n`), "damaged"],
    ["a record of the wrong form", () => rewritten((lines) => lines.map((line) => line.replace('"countAfter":8', '"countAfter":"8"'))), "damaged"],
    ["no machine", () => rewritten((lines) => lines.slice(0, 1)), "damaged"],
    ["two machines", () => rewritten(([header = "", machine = "", ...lines]) => [header, machine, machine, ...lines]), "damaged"],
    ["records out of their order", () => rewritten(([header = "", machine = "", ...lines]) => [header, machine, ...lines.toReversed()]), "damaged"],
  ])("refuses %s", async (_what, make, reason) => {
    const machines = await rt.db.prisma.machine.count();
    await expect(restore(make(), await givenOrganization(rt))).rejects.toMatchObject({ code: "INVALID_REQUEST", extras: { reason } });
    expect(await rt.db.prisma.machine.count()).toBe(machines);
  });
});
