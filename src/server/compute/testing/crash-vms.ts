import { credits } from "#shared/credits.ts";
import type { MemberActor } from "#server/identity/actor.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { makePerson } from "#server/testing/people.ts";
import { hypervisorRef } from "../drivers/driver.ts";
import type { Machine } from "../drivers/simulated/machine.ts";
import { openSimulatedHost, type SimulatedHost } from "../drivers/simulated/simulated-host.ts";
import { startOperationWorker } from "../operation-worker.ts";
import { createProject } from "../projects.ts";
import { createVm } from "../provision.ts";
import { seedCatalog } from "../seed.ts";
import { CHILD_SPEED } from "./child-runtime.ts";
import { endedOperation, TEST_HOST, TEST_REGION } from "./places.ts";

/** Does what `ask` asks for, all at once, and waits for the ends. */
export async function allEnded(rt: Runtime, asked: readonly Promise<{ operationId: string }>[]): Promise<void> {
  const worker = startOperationWorker(rt, { concurrency: 4, retryBaseMs: 10 });
  for (const { operationId } of await Promise.all(asked)) await endedOperation(rt, operationId);
  await worker.stop();
}

/** A customer with running VMs that children can change, and limits that none of them meets. */
export async function makeCrashVms(rt: Runtime, count: number): Promise<{ actor: MemberActor; projectId: string; vmIds: string[] }> {
  await seedCatalog(rt);
  await rt.db.prisma.quota.updateMany({ data: { vms: 1_000, vcpu: 1_000, memoryMb: 10_000_000, storageGb: 100_000, backups: 1_000 } });
  const { actor } = await makePerson(rt, { welcome: credits(1_000) });
  const { id: projectId } = await createProject(rt, actor, { name: "Crashes" });
  const vmIds: string[] = [];
  const make = async (_value: unknown, index: number): Promise<{ operationId: string }> => {
    const { id, provisioningJobId } = await createVm(rt, actor, { name: `vm-${index}`, projectId, plan: "small", templateId: "debian-12", region: TEST_REGION, sshKeys: [], metadata: {} });
    vmIds[index] = id;
    return { operationId: provisioningJobId };
  };
  await allEnded(rt, Array.from({ length: count }, make));
  return { actor, projectId, vmIds };
}

/** What the host of the tests really has of a VM. */
export function machineOf(dataDir: string, vmId: string): Machine | null {
  return hostOf(dataDir).look(hypervisorRef(vmId)).machine;
}

/** Leaves a file on the VM's disk, as its users would. */
export function writeMark(dataDir: string, vmId: string, mark: string): void {
  const host = hostOf(dataDir);
  const { version, machine } = host.look(hypervisorRef(vmId));
  if (!machine || !host.write({ ...machine, files: { mark } }, version)) throw new Error(`nothing could be written to the disk of ${vmId}`);
}

function hostOf(dataDir: string): SimulatedHost {
  return openSimulatedHost({ folder: dataDir, speed: CHILD_SPEED }, TEST_HOST);
}
