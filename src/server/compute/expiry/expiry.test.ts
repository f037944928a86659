import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { ManualClock } from "#server/infra/clock.ts";
import { updateOrganization } from "#server/identity/organizations.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { makePerson } from "#server/testing/people.ts";
import { hypervisorRef } from "../drivers/driver.ts";
import { startVm } from "../power.ts";
import { type ComputeBench, createComputeBench } from "../testing/bench.ts";
import { getVm } from "../vms.ts";
import { extendVm } from "./extend.ts";
import { guardExpiry } from "./guard.ts";

const DAY_MS = 86_400_000;
let bench: ComputeBench;
const clock = new ManualClock(new Date());
/** The same program on a clock that is moved, in Berlin. */
const moved = (): Runtime => ({ ...bench.rt, clock, config: { ...bench.rt.config, expiryTimeZone: "Europe/Berlin" } });

beforeAll(async () => {
  bench = await createComputeBench();
  bench.worker();
  await bench.rt.db.prisma.quota.updateMany({ data: { vcpu: 1_000, memoryMb: 10_000_000, storageGb: 100_000, vms: 100 } });
});
afterEach(async () => {
  bench.mend();
  await bench.rt.db.prisma.vm.updateMany({ data: { expireAt: null } });
});
afterAll(() => bench.close());

const actor = () => bench.customer.actor;
const rowOf = (id: string) => bench.rt.db.prisma.vm.findUniqueOrThrow({ where: { id } });
const eventsOf = async (subject: string) => (await bench.rt.db.prisma.event.findMany({ where: { subject, type: { in: ["vm.expiry.warning", "vm.expired"] } }, orderBy: { seq: "asc" } })).map((event) => event.type);
const operationsOf = (subjectId: string) => bench.rt.db.prisma.operation.findMany({ where: { subjectId, kind: { not: "vm.create" } }, orderBy: { createdAt: "asc" } });

/** Runs the guard as three workers at once, and brings to an end what they asked for. */
async function at(time: string | Date): Promise<void> {
  clock.set(time);
  await Promise.all([guardExpiry(moved()), guardExpiry(moved()), guardExpiry(moved())]);
  // What was asked for on the moved clock is due on the computer's.
  await bench.rt.db.prisma.operation.updateMany({ data: { nextRunAt: new Date(0) } });
  bench.rt.signals.send("operations");
  for (const { id } of await bench.rt.db.prisma.operation.findMany({ where: { status: { in: ["queued", "running"] } } })) await bench.ended(id);
}

async function vmUntil(name: string, expireAt: string): Promise<string> {
  const made = await bench.create(name);
  await bench.ended(made.operationId);
  await bench.rt.db.prisma.vm.update({ where: { id: made.vmId }, data: { expireAt: new Date(expireAt) } });
  return made.vmId;
}

describe("a VM that expires", { timeout: 60_000 }, () => {
  it("is warned of, stopped in the night, and deleted after the grace; each once, however often that is looked at", async () => {
    const id = await vmUntil("ends", "2030-03-10T12:00:00Z");
    await at("2030-03-07T11:59:00Z");
    expect(await eventsOf(id)).toEqual([]);
    await at("2030-03-07T12:00:00Z");
    await at("2030-03-07T12:01:00Z");
    expect(await eventsOf(id)).toEqual(["vm.expiry.warning"]);
    // Expired at noon, it runs until two in the night in Berlin.
    await at("2030-03-11T00:59:00Z");
    expect(await rowOf(id)).toMatchObject({ status: "running", expiryStoppedAt: null });
    await at("2030-03-11T01:00:00Z");
    expect(await rowOf(id)).toMatchObject({ status: "stopped", statusReason: "expired" });
    await at("2030-03-12T01:00:00Z");
    expect(await eventsOf(id)).toEqual(["vm.expiry.warning", "vm.expired"]);
    await expect(startVm(bench.rt, actor(), id)).rejects.toMatchObject({ code: "INVALID_STATE", message: "This VM has expired. Extend it first." });
    expect((await getVm(bench.rt, actor(), id)).expiry).toEqual({ expireAt: "2030-03-10T12:00:00.000Z", stopAt: null, stoppedAt: "2030-03-11T01:00:00.000Z", deleteAt: "2030-03-18T01:00:00.000Z" });
    await at("2030-03-18T00:59:00Z");
    expect(await rowOf(id)).toMatchObject({ status: "stopped" });
    await at("2030-03-18T01:00:00Z");
    expect(await rowOf(id)).toMatchObject({ status: "terminated", statusReason: "expired" });
    await at("2030-04-18T01:00:00Z");
    expect((await operationsOf(id)).map((operation) => [operation.kind, operation.status, operation.actorId])).toEqual([
      ["vm.stop", "succeeded", null],
      ["vm.delete", "succeeded", null],
    ]);
  });

  it("when nobody looked for a month is stopped first and has its whole grace", async () => {
    const id = await vmUntil("late", "2030-03-10T12:00:00Z");
    await at("2030-04-10T12:00:00Z");
    expect(await rowOf(id)).toMatchObject({ status: "stopped", statusReason: "expired" });
    expect(await eventsOf(id)).toEqual(["vm.expired"]);
    await at("2030-04-17T11:59:00Z");
    expect(await rowOf(id)).toMatchObject({ status: "stopped" });
    await at("2030-04-17T12:00:00Z");
    expect(await rowOf(id)).toMatchObject({ status: "terminated" });
  });

  it("in the night when clocks leap over two o'clock is stopped at the leap", async () => {
    const id = await vmUntil("leap", "2030-03-30T12:00:00Z");
    await at("2030-03-31T00:59:00Z");
    expect((await rowOf(id)).status).toBe("running");
    await at("2030-03-31T01:00:00Z");
    expect((await rowOf(id)).status).toBe("stopped");
  });

  it("is stopped by the clock of its organization, in summer and winter, where it has one; and customers read that clock", async () => {
    const { organizationId } = bench.customer;
    // In New York summer begins on March 10th of 2030, at two in the night: the night is at seven by UTC before, and at six from then on.
    const [winter, leap, summer] = [await vmUntil("winter", "2030-03-09T01:00:00Z"), await vmUntil("leap-york", "2030-03-10T01:00:00Z"), await vmUntil("summer", "2030-03-11T01:00:00Z")];
    const statuses = async () => (await Promise.all([winter, leap, summer].map(rowOf))).map(({ status }) => status);
    try {
      expect(await updateOrganization(bench.rt, actor(), { timeZone: "America/New_York" })).toMatchObject({ effectiveTimeZone: "America/New_York" });
      const stopAt = async (id: string) => (await getVm(moved(), actor(), id)).expiry?.stopAt;
      expect([await stopAt(winter), await stopAt(leap), await stopAt(summer)]).toEqual(["2030-03-09T07:00:00.000Z", "2030-03-10T07:00:00.000Z", "2030-03-11T06:00:00.000Z"]);
      await at("2030-03-09T06:59:00Z");
      expect(await statuses()).toEqual(["running", "running", "running"]);
      await at("2030-03-09T07:00:00Z");
      expect(await statuses()).toEqual(["stopped", "running", "running"]);
      await at("2030-03-10T06:59:00Z");
      await at("2030-03-10T07:00:00Z");
      expect(await statuses()).toEqual(["stopped", "stopped", "running"]);
      await at("2030-03-11T05:59:00Z");
      expect(await statuses()).toEqual(["stopped", "stopped", "running"]);
      await at("2030-03-11T06:00:00Z");
      expect(await statuses()).toEqual(["stopped", "stopped", "stopped"]);
      const told = await bench.rt.db.prisma.vmLog.findMany({ where: { vmId: summer, source: "state", message: { contains: "America" } }, orderBy: { id: "asc" } });
      expect(told.map(({ message }) => message)).toEqual([
        "This VM expires at 2030-03-10 21:00 (America/New_York).",
        "This VM has expired. It is deleted at 2030-03-18 02:00 (America/New_York) unless it is extended.",
      ]);
    } finally {
      await bench.rt.db.prisma.organization.update({ where: { id: organizationId }, data: { timeZone: null } });
    }
  });

  it("that another operation has is left for the next time", async () => {
    const id = await vmUntil("busy", "2030-03-10T12:00:00Z");
    await bench.rt.db.prisma.vm.update({ where: { id }, data: { operationId: "op_other" } });
    await at("2030-03-11T01:00:00Z");
    expect(await rowOf(id)).toMatchObject({ status: "running", expiryStoppedAt: null });
    await bench.rt.db.prisma.vm.update({ where: { id }, data: { operationId: null } });
    await at("2030-03-11T01:01:00Z");
    expect(await rowOf(id)).toMatchObject({ status: "stopped" });
  });

  it("whose host refuses to stop it is asked again the next night, not every minute; the grace goes on", async () => {
    const id = await vmUntil("stubborn", "2030-03-10T12:00:00Z");
    bench.fault({ operation: "stop", mode: "before", failure: "refused", times: 0, ref: hypervisorRef(id) });
    await at("2030-03-11T01:00:00Z");
    await at("2030-03-11T01:01:00Z");
    expect((await operationsOf(id)).map((operation) => operation.status)).toEqual(["failed"]);
    bench.mend();
    await at("2030-03-12T00:59:00Z");
    expect(await operationsOf(id)).toHaveLength(1);
    await at("2030-03-12T01:00:00Z");
    expect(await rowOf(id)).toMatchObject({ status: "stopped", expiryStoppedAt: new Date("2030-03-11T01:00:00Z") });
    expect(await eventsOf(id)).toEqual(["vm.expired"]);
  });

  it("lives on when it is extended, and is warned of anew", async () => {
    const id = await vmUntil("extended", "2030-03-10T12:00:00Z");
    await at("2030-03-07T12:00:00Z");
    await at("2030-03-11T01:00:00Z");
    clock.set("2030-03-12T10:00:00Z");
    expect(await extendVm(moved(), actor(), { id, additionalDays: 30 })).toEqual({ id, expireAt: "2030-04-11T10:00:00.000Z" });
    expect(await rowOf(id)).toMatchObject({ expiryWarnedAt: null, expiryStoppedAt: null, status: "stopped" });
    await bench.ended((await startVm(bench.rt, actor(), id)).operationId);
    await at("2030-03-18T12:00:00Z");
    expect((await rowOf(id)).status).toBe("running");
    await at("2030-04-08T10:00:00Z");
    expect(await eventsOf(id)).toEqual(["vm.expiry.warning", "vm.expired", "vm.expiry.warning"]);
    expect(await extendVm(moved(), actor(), { id, additionalDays: 1 })).toMatchObject({ expireAt: "2030-04-12T10:00:00.000Z" });
    expect(await bench.rt.db.prisma.auditEntry.findMany({ where: { action: "vm.extend", subjectId: id }, orderBy: { at: "asc" } })).toMatchObject([
      { before: { expireAt: "2030-03-10T12:00:00.000Z" }, after: { expireAt: "2030-04-11T10:00:00.000Z", additionalDays: 30 } },
      { after: { additionalDays: 1 } },
    ]);
  });

  it("cannot be extended by strangers, nor one that never expires or is gone", async () => {
    const id = await vmUntil("never", "2030-03-10T12:00:00Z");
    await expect(extendVm(bench.rt, (await makePerson(bench.rt)).actor, { id, additionalDays: 1 })).rejects.toMatchObject({ code: "NOT_FOUND" });
    await bench.rt.db.prisma.vm.update({ where: { id }, data: { status: "deleting" } });
    await expect(extendVm(bench.rt, actor(), { id, additionalDays: 1 })).rejects.toMatchObject({ code: "INVALID_STATE" });
    await bench.rt.db.prisma.vm.update({ where: { id }, data: { status: "running", expireAt: null } });
    await expect(extendVm(bench.rt, actor(), { id, additionalDays: 1 })).rejects.toMatchObject({ code: "INVALID_STATE", message: "This VM does not expire." });
  });

  it("is left alone when the clock is set back", async () => {
    const id = await vmUntil("clock", "2030-03-10T12:00:00Z");
    await at("2030-03-11T01:00:00Z");
    await at(new Date(Date.parse("2030-03-11T01:00:00Z") - 30 * DAY_MS));
    expect(await rowOf(id)).toMatchObject({ status: "stopped", statusReason: "expired" });
    expect(await eventsOf(id)).toEqual(["vm.expired"]);
  });
});
