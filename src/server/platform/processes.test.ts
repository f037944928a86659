import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { newId } from "#shared/ids.ts";
import { createTestRuntime, type TestRuntime } from "#server/testing/runtime.ts";
import { checkHealth } from "./health.ts";
import { checkProcesses, startHeartbeat } from "./processes.ts";

let rt: TestRuntime;
const running: { stop(): Promise<void> }[] = [];
beforeEach(async () => void (rt = await createTestRuntime()));
afterEach(async () => {
  await Promise.all(running.splice(0).map((process) => process.stop()));
  await rt.close();
});

/** A process with these roles; it has said once that it lives. */
async function start(roles: ("web" | "worker" | "bridge")[], broker: (() => "embedded" | "connected" | "away") | null = null): Promise<{ stop(): Promise<void> }> {
  const begun = () => rt.db.prisma.programProcess.count({ where: { startedAt: rt.clock.now() } });
  const before = await begun();
  const process = startHeartbeat({ ...rt, config: { ...rt.config, roles } }, { broker });
  running.push(process);
  await expect.poll(begun).toBe(before + 1);
  return process;
}

/** One that was killed: its row stays, and says nothing more. */
async function killed(roles: string[], broker: string | null = null): Promise<void> {
  const seenAt = rt.clock.now();
  await rt.db.prisma.programProcess.create({ data: { id: `pcs_${roles.join("_")}_${seenAt.getTime()}`, roles, broker, startedAt: seenAt, seenAt } });
}

const states = async () => Object.fromEntries((await checkProcesses(rt)).map(({ name, status, detail }) => [name, `${status}: ${detail}`]));

describe("the processes of an installation", () => {
  it("are told by the roles that they have, with their broker", async () => {
    expect(await states()).toEqual({});
    await start(["web"]);
    await start(["worker", "bridge"], () => "connected");
    await start(["worker"]);
    expect(await states()).toEqual({ web: "pass: 1 process", worker: "pass: 2 processes", bridge: "pass: 1 process", broker: "pass: connected" });
  });

  it("that are stopped are not missed", async () => {
    await start(["web"]);
    await (await start(["worker"])).stop();
    expect(await states()).toEqual({ web: "pass: 1 process" });
  });

  it("that die are told of for as long as nobody does their work, and for a while when somebody does", async () => {
    await killed(["worker"]);
    expect(await states()).toEqual({ worker: "pass: 1 process" });
    const since = rt.clock.now().toISOString();
    rt.clock.advance(36_000);
    expect(await states()).toEqual({ worker: `fail: silent since ${since}` });
    rt.clock.advance(60 * 60_000);
    expect(await states()).toEqual({ worker: `fail: silent since ${since}` });
    expect((await checkHealth(rt)).status).toBe("fail");
    // Somebody starts it again: the old one went silent too long ago to be of interest.
    await start(["worker"]);
    expect(await states()).toEqual({ worker: "pass: 1 process" });
    await killed(["worker"]);
    const last = rt.clock.now().toISOString();
    rt.clock.advance(36_000);
    await start(["worker"]);
    expect(await states()).toEqual({ worker: `warn: 1 process, another silent since ${last}` });
    rt.clock.advance(8 * 86_400_000);
    await start(["web"]);
    await expect.poll(() => rt.db.prisma.programProcess.count()).toBe(1);
    expect(await states()).toEqual({ web: "pass: 1 process" });
  });

  it("fail when no bridge has its broker, and warn when one has not", async () => {
    const away = await start(["bridge"], () => "away");
    expect(await states()).toMatchObject({ broker: "fail: not connected" });
    await start(["bridge"], () => "connected");
    expect(await states()).toMatchObject({ broker: "warn: not connected, 1 of 2 bridges" });
    await away.stop();
    expect(await states()).toMatchObject({ broker: "pass: connected" });
    // What a dead bridge said of its broker is not asked.
    await killed(["bridge"], "away");
    rt.clock.advance(36_000);
    expect(await states()).not.toHaveProperty("broker");
  });
});

it("health tells of hosts that do not answer, not of those in maintenance, and of none where there are none", async () => {
  const found = async () => (await checkHealth(rt)).checks.find((check) => check.name === "hypervisor");
  expect(await found()).toBeUndefined();
  const at = rt.clock.now();
  await rt.db.prisma.region.create({ data: { id: "here", name: "Here" } });
  const host = (name: string, health: string, status = "active") => ({ id: newId("host"), name, health, status, vcpu: 4, memoryMb: 4096, storageGb: 100, driver: "simulated", region: "here", createdAt: at, updatedAt: at });
  await rt.db.prisma.host.createMany({ data: [host("one", "healthy"), host("resting", "unreachable", "maintenance")] });
  expect(await found()).toMatchObject({ status: "pass", detail: "1 host" });
  await rt.db.prisma.host.createMany({ data: [host("three", "unreachable"), host("two", "unreachable")] });
  expect(await found()).toMatchObject({ status: "warn", detail: "no answer from three, two" });
});

it("health waits three seconds for whom it asks, and no longer", { timeout: 20_000 }, async () => {
  const hanging = { ...rt, realtime: { ...rt.realtime, ping: () => new Promise<number>(() => {}) } };
  expect((await checkHealth(hanging)).checks.find((check) => check.name === "redis")).toEqual({ name: "redis", status: "warn", detail: "no answer in 3 s", latencyMs: null });
});
