import { afterAll, beforeAll, expect, it } from "vitest";
import { ManualClock } from "#server/infra/clock.ts";
import { newId } from "#shared/ids.ts";
import { hypervisorRef } from "./drivers/driver.ts";
import { sweepHosts } from "./host-sweep.ts";
import { deleteVm } from "./power.ts";
import { type ComputeBench, createComputeBench } from "./testing/bench.ts";
import { anyCall, TEST_HARDWARE } from "./testing/places.ts";

let bench: ComputeBench;
beforeAll(async () => {
  bench = await createComputeBench();
});
afterAll(() => bench.close());

it("hosts and the database are made to agree, and what nobody knows is left alone", async () => {
  const worker = bench.worker();
  const made = [await bench.create("kept"), await bench.create("off"), await bench.create("lost"), await bench.create("late")];
  for (const each of made) expect(await bench.ended(each.operationId)).toMatchObject({ status: "succeeded" });
  const [kept = "", off = "", lost = "", late = ""] = made.map((each) => each.vmId);
  await bench.ended((await deleteVm(bench.rt, bench.customer.actor, { id: late, force: true, preserveVolumes: false })).deletionJobId);
  await worker.stop();
  // A call whose answer was lost arrives after all; a guest powers itself off; somebody deletes a VM by hand; somebody else has VMs there.
  await bench.driver.create(hypervisorRef(late), TEST_HARDWARE, anyCall);
  await bench.driver.stop(hypervisorRef(off), { mode: "forced" }, anyCall);
  await bench.driver.destroy(hypervisorRef(lost), anyCall);
  const foreign = hypervisorRef(newId("vm"));
  await bench.driver.create(foreign, TEST_HARDWARE, anyCall);

  const status = async (id: string) => (await bench.rt.db.prisma.vm.findUniqueOrThrow({ where: { id } })).status;
  const open = (id: string) => bench.rt.db.prisma.meterSpan.count({ where: { resourceId: id, endedAt: null } });
  expect(await sweepHosts(bench.rt)).toEqual({ removed: 0, corrected: 0 });
  const later = { ...bench.rt, clock: new ManualClock(new Date(Date.now() + 120_000)) };
  expect(await sweepHosts(later)).toEqual({ removed: 1, corrected: 2 });
  expect([await status(kept), await status(off), await status(lost), await status(late)]).toEqual(["running", "stopped", "error", "terminated"]);
  expect([await open(kept), await open(off), await open(lost), await open(late)]).toEqual([2, 1, 0, 0]);
  later.clock.advance(120_000);
  expect(await sweepHosts(later)).toEqual({ removed: 0, corrected: 0 });
  expect((await bench.driver.list(anyCall)).map((vm) => vm.ref).sort()).toEqual([hypervisorRef(kept), hypervisorRef(off), foreign].sort());

  await bench.rt.db.prisma.vm.update({ where: { id: kept }, data: { operationId: newId("operation") } });
  await bench.driver.stop(hypervisorRef(kept), { mode: "forced" }, anyCall);
  expect(await sweepHosts(later)).toEqual({ removed: 0, corrected: 0 });
  bench.fault({ operation: "list", mode: "before", times: 0 });
  expect(await sweepHosts(later)).toEqual({ removed: 0, corrected: 0 });
});
