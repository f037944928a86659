import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import type { Host } from "#server/infra/prisma/client.ts";
import { seedCatalog } from "#server/compute/seed.ts";
import { createTestRuntime, type TestRuntime } from "#server/testing/runtime.ts";
import { callDriver } from "../drivers/call.ts";
import type { CallOptions, Driver } from "../drivers/driver.ts";
import { driverOf } from "../drivers/registry.ts";
import { clearFaults, injectFault } from "../drivers/simulated/faults.ts";
import { simulatedHostFolder } from "../drivers/simulated/simulated-host.ts";
import { TEST_HARDWARE } from "../testing/places.ts";

let rt: TestRuntime;
let host: Host;
let folder: string;
beforeAll(async () => {
  rt = await createTestRuntime({ simulationSpeed: 1_000 });
  await seedCatalog(rt);
  host = await rt.db.prisma.host.findFirstOrThrow();
  folder = simulatedHostFolder(rt.config.dataDir, host.name);
});
afterEach(() => clearFaults(folder));
afterAll(() => rt.close());

const ask = <T>(work: (driver: Driver, call: CallOptions) => Promise<T>, timeoutMs = 5_000): Promise<T> =>
  callDriver({ signal: new AbortController().signal, timeoutMs, key: "test" }, (call) => work(driverOf(rt, host), call));

it("a host keeps its driver while what it is made from stays the same", () => {
  const driver = driverOf(rt, host);
  expect(driverOf(rt, { ...host, health: "unreachable", status: "draining", checkedAt: new Date() } as Host)).toBe(driver);
  expect(driverOf(rt, { ...host, settings: { storage: "other" } })).not.toBe(driver);
  expect(driverOf(rt, { ...host, id: "hst_other" })).not.toBe(driver);
});

it("calls that are never answered open the breaker, and it closes when the host is back", async () => {
  injectFault(folder, { operation: "list", mode: "hang", times: 0 });
  injectFault(folder, { operation: "probe", mode: "before", times: 0 });
  for (let n = 0; n < 5; n += 1) await expect(ask((driver, call) => driver.list(call), 30)).rejects.toMatchObject({ failure: "unknown" });
  // The next is not even asked: inspecting would have worked.
  await expect.poll(() => ask((driver, call) => driver.inspect("sy-vm_none", call)).then(() => "answered", (error: Error) => error.message)).toBe(`${host.name} does not answer: ${host.name} was told to fail`);
  clearFaults(folder);
  await expect(ask((driver, call) => driver.list(call))).rejects.toMatchObject({ failure: "unavailable" });
  rt.clock.advance(5_000);
  expect(await ask((driver, call) => driver.list(call))).toEqual([]);
});

it("asking whether the host is there is let through while the breaker is open, and closes it", async () => {
  injectFault(folder, { operation: "list", mode: "before", times: 0 });
  injectFault(folder, { operation: "probe", mode: "before", times: 0 });
  for (let n = 0; n < 5; n += 1) await expect(ask((driver, call) => driver.list(call))).rejects.toMatchObject({ failure: "unavailable" });
  await expect(ask((driver, call) => driver.inspect("sy-vm_none", call))).rejects.toMatchObject({ failure: "unavailable" });
  await expect(ask((driver, call) => driver.probe(call))).rejects.toMatchObject({ message: `${host.name} was told to fail` });
  clearFaults(folder);
  expect(await ask((driver, call) => driver.probe(call))).toMatchObject({ hypervisor: "simulated" });
  expect(await ask((driver, call) => driver.list(call))).toEqual([]);
});

it("at most eight changes are under way; a power cut does not stand in line behind them", async () => {
  const ref = "sy-vm_line";
  await ask((driver, call) => driver.create(ref, TEST_HARDWARE, call));
  injectFault(folder, { operation: "start", mode: "hang", times: 0 });
  const control = new AbortController();
  const driver = driverOf(rt, host);
  const hanging = Array.from({ length: 8 }, () => driver.start(ref, { key: "k", signal: control.signal }).catch((error: unknown) => error));
  await expect(driver.resize(ref, TEST_HARDWARE, { key: "k", signal: AbortSignal.timeout(50) })).rejects.toThrow("the host is busy with other calls");
  injectFault(folder, { operation: "stop", mode: "before", failure: "refused", ref });
  await expect(driver.stop(ref, { mode: "forced" }, { key: "k", signal: AbortSignal.timeout(5_000) })).rejects.toMatchObject({ failure: "refused" });
  expect(await ask((each, call) => each.inspect(ref, call))).not.toBeNull();
  control.abort(new Error("enough"));
  expect(await Promise.all(hanging)).toHaveLength(8);
});

it("at most four copies of disks are under way, and keep nothing else waiting", async () => {
  const ref = "sy-vm_copies";
  await ask((driver, call) => driver.create(ref, TEST_HARDWARE, call));
  injectFault(folder, { operation: "takeBackup", mode: "hang", times: 0 });
  const control = new AbortController();
  const driver = driverOf(rt, host);
  const hanging = Array.from({ length: 4 }, (_, n) => driver.takeBackup(ref, `bkp_${n}`, { key: "k", signal: control.signal }).catch((error: unknown) => error));
  await expect(driver.restoreBackup(ref, "bkp_none", { key: "k", signal: AbortSignal.timeout(50) })).rejects.toThrow("the host is busy with other calls");
  await ask((each, call) => each.start(ref, call));
  expect(await ask((each, call) => each.usageHistory(ref, new Date(0), new Date(1), call))).toEqual([]);
  expect((await ask((each, call) => each.readSerial(ref, 0, 100_000, call))).bytes.length).toBeGreaterThan(0);
  control.abort(new Error("enough"));
  expect(await Promise.all(hanging)).toHaveLength(4);
  clearFaults(folder);
  await ask((each, call) => each.takeBackup(ref, "bkp_last", call));
  expect((await ask((each, call) => each.listBackups(call))).map(({ name }) => name)).toContain("bkp_last");
  await ask((each, call) => each.stop(ref, { mode: "forced" }, call));
  await ask((each, call) => each.restoreBackup(ref, "bkp_last", call));
  await ask((each, call) => each.deleteBackup("bkp_last", call));
});
