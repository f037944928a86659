import { afterAll, beforeAll, expect, it } from "vitest";
import { newId } from "#shared/ids.ts";
import { ManualClock } from "#server/infra/clock.ts";
import { hypervisorRef } from "../drivers/driver.ts";
import { anyCall } from "../testing/places.ts";
import { sweepBackups } from "./sweep.ts";
import { type BackupBench, createBackupBench } from "./testing/backup-bench.ts";

let bench: BackupBench;
beforeAll(async () => {
  bench = await createBackupBench();
  bench.worker();
});
afterAll(() => bench.close());

it("a copy that arrived after its operation was undone is removed; what another installation has there is not", { timeout: 60_000 }, async () => {
  const vmId = await bench.running("web-1");
  const { backupId: kept } = await bench.take(vmId);
  bench.fault({ operation: "takeBackup", mode: "before", failure: "refused" });
  const { backupId: late, ended } = await bench.take(vmId);
  expect(ended).toMatchObject({ status: "failed" });
  const others = newId("backup");
  for (const name of [late, others]) await bench.driver.takeBackup(hypervisorRef(vmId), name, anyCall);
  const clock = new ManualClock(new Date());
  const sweep = () => sweepBackups({ ...bench.rt, clock });
  expect(await sweep()).toBe(0);
  clock.advance(61 * 60_000);
  expect(await sweep()).toBe(1);
  expect(await bench.there()).toEqual([kept, others].sort());
  // One that is tried again is its operation's.
  await bench.driver.takeBackup(hypervisorRef(vmId), late, anyCall);
  await bench.rt.db.prisma.operation.update({ where: { id: ended.id }, data: { finishedAt: null } });
  expect(await sweep()).toBe(0);
  bench.fault({ operation: "listBackups", mode: "before", times: 0 });
  expect(await sweep()).toBe(0);
  bench.mend();
});
