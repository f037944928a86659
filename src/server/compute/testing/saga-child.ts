import type { MemberActor } from "#server/identity/actor.ts";
import { hypervisorRef } from "../drivers/driver.ts";
import { injectFault } from "../drivers/simulated/faults.ts";
import { simulatedHostFolder } from "../drivers/simulated/simulated-host.ts";
import { deleteVm } from "../power.ts";
import { createVm } from "../provision.ts";
import type { Ground } from "./child-runtime.ts";
import { type DyingPlace, playArgument, playChild } from "./dying-worker.ts";
import { endedOperation, TEST_HOST, TEST_REGION } from "./places.ts";

/** A process that makes a VM, or deletes one, and is killed (kill -9) at one place of that; without a place it only ends what is left. */
export interface ChildTask extends Ground {
  actor: MemberActor;
  projectId: string;
  die: Place | null;
}

export interface Place extends DyingPlace {
  /** what it does: make a VM, fail to make one, make and delete one */
  scene: "create" | "rollback" | "delete";
}

async function play({ die, actor, projectId, ...ground }: ChildTask): Promise<void> {
  await playChild(ground, die && (async (rt, dieIn) => {
    const make = () => createVm(rt, actor, { name: `${die.scene}-1`, projectId, plan: "small", templateId: "debian-12", region: TEST_REGION, sshKeys: [], metadata: {} });
    if (die.scene === "delete") {
      const { id, provisioningJobId } = await make();
      await endedOperation(rt, provisioningJobId);
      return dieIn(die, async () => (await deleteVm(rt, actor, { id, force: true, preserveVolumes: false })).deletionJobId);
    }
    await dieIn(die, async () => {
      const { id, provisioningJobId } = await make();
      if (die.scene === "rollback") injectFault(simulatedHostFolder(ground.dataDir, TEST_HOST.name), { operation: "inspect", mode: "before", failure: "refused", ref: hypervisorRef(id) });
      return provisioningJobId;
    });
  }));
}

await playArgument(import.meta.main, play);
