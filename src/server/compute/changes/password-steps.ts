import { z } from "zod";
import { AppError } from "#shared/errors.ts";
import { DriverError } from "../drivers/errors.ts";
import type { OperationDefinition } from "../operation-definition.ts";
import { taken } from "../power-steps.ts";
import { lockVm } from "../repository.ts";
import { onHost } from "../vm-host.ts";
import { settleVm } from "../vm-status.ts";

const PASSWORD_TIMEOUT_MS = 60_000;

const input = z.object({
  /** SHA-512-crypt; erased as soon as the guest has it, or the operation turns back */
  passwordHash: z.string().optional(),
});

/** Gives the image's user a new password, by the agent in the running guest. Not tried again: nobody has the password of a second attempt. */
export const vmPassword: OperationDefinition<z.infer<typeof input>> = {
  kind: "vm.password",
  input,
  cancellable: false,
  once: true,
  steps: [
    taken,
    {
      name: "password",
      weight: 95,
      forgets: ["passwordHash"],
      async run(ctx) {
        const { passwordHash } = ctx.operation.input;
        if (passwordHash === undefined) throw new AppError("INTERNAL_ERROR", "The password's hash is gone.");
        try {
          await onHost(ctx, PASSWORD_TIMEOUT_MS, (driver, vm, call) => driver.setPassword(vm.hypervisorRef, { user: vm.image.defaultUser, passwordHash }, call));
        } catch (error) {
          if (!(error instanceof DriverError) || error.failure !== "refused") throw error;
          const advice = "The password is as it was. Setting it needs the QEMU guest agent in the running VM: install and start qemu-guest-agent, then try again.";
          throw new DriverError("refused", `${error.message.trim().replace(/[.!?]$/, "")}. ${advice}`, error);
        }
      },
      async commit(tx, ctx) {
        const vm = await lockVm(tx, ctx.operation.subjectId);
        await settleVm(tx, vm, { status: "running", reason: null, at: ctx.rt.clock.now() });
      },
    },
  ],
};
