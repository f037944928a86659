import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makePerson } from "#server/testing/people.ts";
import { transact } from "#server/infra/runtime.ts";
import { hypervisorRef } from "../drivers/driver.ts";
import { restartVm, startVm, stopVm } from "../power.ts";
import { type ComputeBench, createComputeBench } from "../testing/bench.ts";
import { appendVmLog, type VmLogEntry } from "./append.ts";
import { purgeVmLogs } from "./jobs.ts";
import { listVmLogs } from "./logs.ts";
import { taskLines } from "./task-lines.ts";

let bench: ComputeBench;
let vmId: string;
let createdBy: string;

beforeAll(async () => {
  bench = await createComputeBench();
  bench.worker();
  const made = await bench.create();
  await bench.ended(made.operationId);
  [vmId, createdBy] = [made.vmId, made.operationId];
});
afterAll(() => bench.close());

type Ask = Partial<Parameters<typeof listVmLogs>[2]>;
const logs = (ask: Ask = {}) => listVmLogs(bench.rt, bench.customer.actor, { id: vmId, lines: 100, follow: false, ...ask });
const messages = async (ask: Ask = {}) => (await logs(ask)).logs.map((line) => line.message);
const append = (...entries: Omit<VmLogEntry, "vmId" | "at">[]) =>
  transact(bench.rt, (tx) => appendVmLog(tx, ...entries.map((entry) => ({ vmId, at: bench.rt.clock.now(), ...entry }))));
const newest = async () => (await logs({ lines: 1 })).logs[0]?.id ?? "0";

describe("a VM's log", () => {
  it("tells its states and the steps of its operations, in order", async () => {
    expect(await messages({ source: "state" })).toEqual(["provisioning", "provisioning → running"]);
    const { logs: steps } = await logs({ source: "operation" });
    expect(steps.map((line) => line.message)).toEqual(expect.arrayContaining(["vm.create: create begun", "vm.create: create done", "vm.create: start begun", "vm.create succeeded"]));
    expect(new Set(steps.map((line) => line.operationId))).toEqual(new Set([createdBy]));
    expect(steps.map((line) => line.message).indexOf("vm.create: create begun")).toBeLessThan(steps.map((line) => line.message).indexOf("vm.create: start begun"));
    expect(steps.at(-1)).toMatchObject({ message: "vm.create succeeded", level: "info" });
  });

  it("tells what failed, and what will be tried again", async () => {
    const since = await newest();
    bench.fault({ operation: "start", mode: "before", failure: "refused", ref: hypervisorRef(vmId) });
    await bench.ended((await restartVm(bench.rt, bench.customer.actor, vmId)).operationId);
    bench.mend();
    const failed = await logs({ since, level: "error" });
    expect(failed.logs.map((line) => line.message)).toEqual([expect.stringMatching(/^vm\.restart: start failed: .*told to fail/), expect.stringMatching(/^vm\.restart failed: /)]);
    expect(await messages({ since, source: "state" })).toEqual(["running → restarting", expect.stringMatching(/^restarting → stopped: /)]);
  });

  it("is kept when the change it tells of is not made", async () => {
    const before = await newest();
    await expect(
      transact(bench.rt, async (tx) => {
        await appendVmLog(tx, { vmId, at: bench.rt.clock.now(), source: "state", message: "never happened" });
        throw new Error("no");
      }),
    ).rejects.toThrow("no");
    expect(await newest()).toBe(before);
  });

  it("takes what a hypervisor's task says, in bunches, a repetition once, as lines", async () => {
    const since = await newest();
    const heard: string[] = [];
    const off = bench.rt.realtime.subscribe((message) => heard.push(`${message.name} ${message.rooms.join()}`));
    const lines = taskLines(bench.rt, { id: createdBy, subjectType: "vm", subjectId: vmId });
    for (const message of ["copying 1 %", "copying 1 %", "copying\n\u001b[31m2 %", " "]) lines.say(message);
    await lines.close();
    off();
    const { logs: told } = await logs({ since, source: "hypervisor" });
    expect(told.map((line) => [line.message, line.operationId])).toEqual([
      ["copying 1 %", createdBy],
      ["copying 2 %", createdBy],
    ]);
    expect(heard).toEqual([`vm.log vm:${vmId}`]);
  });

  it("is paged backwards, filtered by level, source and text, and cut at a line or a time", async () => {
    const since = await newest();
    await append({ source: "state", message: "one 100%" }, { source: "operation", level: "warning", message: "two" }, { source: "hypervisor", level: "error", message: "Three" }, { source: "hypervisor", message: "x".repeat(2_000) });
    expect((await messages({ since })).map((message) => message.length)).toEqual([8, 3, 5, 1_000]);
    expect(await messages({ since, level: "warning" })).toEqual(["two", "Three"]);
    expect(await messages({ since, source: "hypervisor", search: "THREE" })).toEqual(["Three"]);
    expect(await messages({ since, search: "%" })).toEqual(["one 100%"]);
    const last = await logs({ lines: 2 });
    expect([last.logs.length, last.logs[0]?.message]).toEqual([2, "Three"]);
    const before = await logs({ lines: 2, cursor: last.nextCursor ?? "" });
    expect(before.logs.map((line) => line.message)).toEqual(["one 100%", "two"]);
    const all = await logs({ lines: 1_000 });
    expect([all.nextCursor, (await logs({ since: all.logs.at(-1)?.timestamp })).logs]).toEqual([null, []]);
    expect((await logs({ since: "2020-01-01T00:00:00Z", lines: 1_000 })).logs).toHaveLength(all.logs.length);
  });

  it("is not found by another organization", async () => {
    const stranger = await makePerson(bench.rt);
    await expect(listVmLogs(bench.rt, stranger.actor, { id: vmId, lines: 1, follow: false })).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  it("is kept for 90 days", async () => {
    const day = 86_400_000;
    const ages = [89, 91, 400];
    await transact(bench.rt, (tx) => appendVmLog(tx, ...ages.map((age) => ({ vmId, at: new Date(bench.rt.clock.now().getTime() - age * day), source: "state" as const, message: `${age} days` }))));
    await purgeVmLogs(bench.rt);
    expect(await messages({ search: "days" })).toEqual(["89 days"]);
  });

  it("has a stop's lines too", async () => {
    const since = await newest();
    await bench.ended((await startVm(bench.rt, bench.customer.actor, vmId)).operationId);
    await bench.ended((await stopVm(bench.rt, bench.customer.actor, { id: vmId, graceful: false, timeoutSeconds: 1 })).operationId);
    expect((await messages({ since, source: "state" })).at(-1)).toBe("stopping → stopped");
  });
});
