import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { newId } from "#shared/ids.ts";
import { createTestRuntime, type TestRuntime } from "#server/testing/runtime.ts";
import { checkHealth } from "./health.ts";
import { purgePlatform } from "./jobs.ts";
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

/** One whose beats come when the test says so. */
async function startLiving(roles: string[]): Promise<{ seen(): Promise<void> }> {
  const at = rt.clock.now();
  const id = newId("process");
  await rt.db.prisma.programProcess.create({ data: { id, roles, broker: null, startedAt: at, seenAt: at } });
  return { seen: async () => void (await rt.db.prisma.programProcess.update({ where: { id }, data: { seenAt: rt.clock.now() } })) };
}

const states = async () => Object.fromEntries((await checkProcesses(rt)).map(({ name: of, status, finding: { code, ...values } }) => [of, [status, code, ...Object.values(values)].join(" ")]));

describe("the processes of an installation", () => {
  it("are told by the roles that they have, with their broker", async () => {
    expect(await states()).toEqual({});
    await start(["web"]);
    await start(["worker", "bridge"], () => "connected");
    await start(["worker"]);
    expect(await states()).toEqual({ web: "pass processes 1", worker: "pass processes 2", bridge: "pass processes 1", broker: "pass connected" });
  });

  it("that are stopped are not missed", async () => {
    await start(["web"]);
    await (await start(["worker"])).stop();
    expect(await states()).toEqual({ web: "pass processes 1" });
  });

  it("that die are told of for as long as nobody does their work", async () => {
    await killed(["worker"]);
    expect(await states()).toEqual({ worker: "pass processes 1" });
    const since = rt.clock.now().toISOString();
    rt.clock.advance(36_000);
    expect(await states()).toEqual({ worker: `fail silent ${since}` });
    rt.clock.advance(60 * 60_000);
    expect(await states()).toEqual({ worker: `fail silent ${since}` });
    expect((await checkHealth(rt)).status).toBe("fail");
    await start(["worker"]);
    expect(await states()).toEqual({ worker: "pass processes 1" });
    await Promise.all(running.splice(0).map((process) => process.stop()));
    await purgePlatform(rt);
    expect(await rt.db.prisma.programProcess.count()).toBe(1);
    rt.clock.advance(8 * 86_400_000);
    await purgePlatform(rt);
    expect(await rt.db.prisma.programProcess.count()).toBe(0);
  });

  it("that die are told of for a while when others do their work, unless another was started for each", async () => {
    const other = await startLiving(["worker"]);
    rt.clock.advance(1_000);
    await killed(["worker"]);
    rt.clock.advance(1_000);
    await killed(["worker"]);
    const last = rt.clock.now().toISOString();
    rt.clock.advance(36_000);
    await other.seen();
    expect(await states()).toEqual({ worker: `warn processes_missing 1 ${last}` });
    await start(["worker"]);
    expect(await states()).toMatchObject({ worker: expect.stringContaining("warn processes_missing 2") });
    await start(["worker"]);
    expect(await states()).toEqual({ worker: "pass processes 3" });
    await Promise.all(running.splice(0).map((process) => process.stop()));
    rt.clock.advance(11 * 60_000);
    await other.seen();
    expect(await states()).toEqual({ worker: "pass processes 1" });
  });

  it("fail when no bridge has its broker, and warn when one has not", async () => {
    const away = await start(["bridge"], () => "away");
    expect(await states()).toMatchObject({ broker: "fail bridges_away 1 1" });
    await start(["bridge"], () => "connected");
    expect(await states()).toMatchObject({ broker: "warn bridges_away 1 2" });
    await away.stop();
    expect(await states()).toMatchObject({ broker: "pass connected" });
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
  expect(await found()).toMatchObject({ status: "pass", finding: { code: "hosts", count: 1 } });
  await rt.db.prisma.host.createMany({ data: [host("three", "unreachable"), host("two", "unreachable")] });
  expect(await found()).toMatchObject({ status: "warn", finding: { code: "hosts_unreachable", names: ["three", "two"] } });
});

it("health waits three seconds for whom it asks, and no longer", { timeout: 20_000 }, async () => {
  const hanging = { ...rt, realtime: { ...rt.realtime, ping: () => new Promise<number>(() => {}) } };
  expect((await checkHealth(hanging)).checks.find((check) => check.name === "redis")).toEqual({ name: "redis", status: "warn", finding: { code: "no_answer", seconds: 3 }, latencyMs: null });
});
