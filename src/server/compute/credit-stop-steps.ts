import { z } from "zod";
import { vmAllows, vmInTransition } from "#shared/compute/states.ts";
import type { SystemActor } from "#server/identity/actor.ts";
import { transact } from "#server/infra/runtime.ts";
import { Later, type OperationDefinition } from "./operation-definition.ts";
import { lockVm } from "./repository.ts";
import { requestVmOperation } from "./vm-requests.ts";

/** The reason that a VM shows which was stopped because its hour could not be paid. */
export const EXHAUSTED = "credits exhausted";

const LOOK_AGAIN_MS = 5_000;
const FASTEST_LOOK_MS = 100;
const METERING: SystemActor = { kind: "system", name: "metering", requestId: "" };

/**
 * Stops a VM that can no longer be paid for as soon as the operation that has it now has ended; a move or a snapshot can take an hour, and nobody else's VM
 * has to wait for that. One that is off by then costs no compute and stays as it is.
 */
export const vmCreditStop: OperationDefinition<Record<string, never>> = {
  kind: "vm.credit_stop",
  input: z.object({}),
  cancellable: false,
  steps: [
    {
      name: "wait",
      weight: 1,
      async run(ctx) {
        const { rt } = ctx;
        await transact(rt, async (tx) => {
          const vm = await lockVm(tx, ctx.operation.subjectId);
          if (vm.status === "stopped" || vm.status === "deleting" || vm.status === "stopping") return;
          if (vm.operationId !== null || vmInTransition(vm.status)) throw new Later(Math.max(FASTEST_LOOK_MS, LOOK_AGAIN_MS / rt.config.simulationSpeed), `the VM is ${vm.status}`);
          if (vmAllows(vm.status, "stop")) await requestVmOperation(tx, vm, { action: "stop", input: { graceful: true, reason: EXHAUSTED }, actor: METERING, at: rt.clock.now() });
        });
        rt.signals.send("operations");
      },
    },
  ],
};
