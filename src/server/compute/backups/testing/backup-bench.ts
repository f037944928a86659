import type { MemberActor } from "#server/identity/actor.ts";
import { hypervisorRef } from "../../drivers/driver.ts";
import { openSimulatedHost } from "../../drivers/simulated/simulated-host.ts";
import type { OperationWithSteps } from "../../operation-repository.ts";
import { type ComputeBench, createComputeBench } from "../../testing/bench.ts";
import { anyCall, TEST_HOST } from "../../testing/places.ts";
import { deleteBackup, listBackups, takeBackup } from "../backups.ts";

type BackupView = Awaited<ReturnType<typeof listBackups>>["data"][number];

/** A compute bench that looks at backups from both sides, and at what is on disks. */
export interface BackupBench extends ComputeBench {
  actor: MemberActor;
  /** A running VM with this text on its disk. */
  running(name: string, text?: string): Promise<string>;
  write(vmId: string, text: string): void;
  read(vmId: string): string | null;
  take(vmId: string, name?: string): Promise<{ backupId: string; operationId: string; ended: OperationWithSteps }>;
  remove(backupId: string): Promise<OperationWithSteps>;
  /** here, newest first */
  rows(vmId?: string): Promise<BackupView[]>;
  /** ids, on the host */
  there(): Promise<string[]>;
  vmNow(vmId: string): Promise<{ status: string; statusReason: string | null; operationId: string | null }>;
}

export async function createBackupBench(): Promise<BackupBench> {
  const bench = await createComputeBench();
  const disks = openSimulatedHost({ folder: bench.rt.config.dataDir, speed: bench.rt.config.simulationSpeed }, TEST_HOST);
  const { actor } = bench.customer;
  const write = (vmId: string, text: string): void => {
    const { version, machine } = disks.look(hypervisorRef(vmId));
    const there = disks.there(machine, hypervisorRef(vmId));
    if (!disks.write({ ...there, files: { ...there.files, mark: text } }, version)) throw new Error("somebody else wrote at the same time");
  };
  return {
    ...bench,
    actor,
    write,
    async running(name, text = name) {
      const made = await bench.create(name);
      await bench.ended(made.operationId);
      write(made.vmId, text);
      return made.vmId;
    },
    read: (vmId) => disks.look(hypervisorRef(vmId)).machine?.files["mark"] ?? null,
    async take(vmId, name = "by hand") {
      const { backupId, operationId } = await takeBackup(bench.rt, actor, { id: vmId, name });
      return { backupId, operationId, ended: await bench.ended(operationId) };
    },
    remove: async (backupId) => bench.ended((await deleteBackup(bench.rt, actor, { id: backupId })).operationId),
    rows: async (vmId) => (await listBackups(bench.rt, actor, { page: 1, limit: 100, vmId })).data,
    there: async () => (await bench.driver.listBackups(anyCall)).map((backup) => backup.name).sort(),
    vmNow: (vmId) => bench.rt.db.prisma.vm.findUniqueOrThrow({ where: { id: vmId } }),
  };
}
