import { afterAll, afterEach, beforeAll, beforeEach, describe } from "vitest";
import { DRIVER_NAMES } from "./registry.ts";
import { describeBackups } from "./testing/contract-backups.ts";
import { type ContractBench, createContractBench } from "./testing/contract-bench.ts";
import { describeChanges } from "./testing/contract-changes.ts";
import { describeConsole } from "./testing/contract-console.ts";
import { describeHistory } from "./testing/contract-history.ts";
import { describeLifecycle } from "./testing/contract-lifecycle.ts";
import { describeMigration } from "./testing/contract-migration.ts";
import { describePower } from "./testing/contract-power.ts";
import { describeRestores } from "./testing/contract-restores.ts";
import { describeSerial } from "./testing/contract-serial.ts";
import { describeSnapshots } from "./testing/contract-snapshots.ts";
import type { TestHypervisor } from "./testing/hypervisor.ts";
import { HYPERVISORS } from "./testing/hypervisors.ts";

/**
 * What each driver has to pass. To add one:
 * - `<name>/testing/hypervisor.ts` exports `start<Name>Hypervisor`, of type StartHypervisor (testing/hypervisor.ts says what it gives). It starts the real
 *   thing, or the fake that speaks its protocol, once for all tests; `{ missing: "why" }` where this machine has it not, and the tests say so.
 * - a line in testing/hypervisors.ts.
 * - `npx vitest run src/server/compute/drivers/contract.test.ts -t <name>`
 * What the driver does not `support` is skipped, as is what needs a second host or a guest that reacts; everything else holds for all. Each test has a VM of
 * its own, on both hosts destroyed when it is over; the hypervisor may have other VMs.
 */
const TEST_TIMEOUT_MS = 420_000;

describe.each(DRIVER_NAMES)("driver contract: %s", { timeout: TEST_TIMEOUT_MS }, (name) => {
  let started: TestHypervisor | { missing: string };
  let bench: ContractBench | null = null;

  beforeAll(async () => {
    started = await HYPERVISORS[name]();
  }, TEST_TIMEOUT_MS);
  beforeEach(({ skip }) => {
    if ("missing" in started) return skip(started.missing);
    bench = createContractBench(started);
  });
  afterEach(async () => {
    await bench?.clear();
    bench = null;
  }, TEST_TIMEOUT_MS);
  afterAll(async () => {
    if (!("missing" in started)) await started.close();
  }, TEST_TIMEOUT_MS);

  const present = (): ContractBench => {
    if (!bench) throw new Error("a test without its bench");
    return bench;
  };
  describe("lifecycle", () => describeLifecycle(present));
  describe("power", () => describePower(present));
  describe("changes", () => describeChanges(present));
  describe("snapshots", () => describeSnapshots(present));
  describe("migration", () => describeMigration(present));
  describe("console", () => describeConsole(present));
  describe("backups", () => describeBackups(present));
  describe("restores", () => describeRestores(present));
  describe("serial", () => describeSerial(present));
  describe("history", () => describeHistory(present));
});
