import { vmExtendInput, vmExtendOutput } from "#shared/compute/changes.ts";
import { answer, member, router } from "#server/trpc/init.ts";
import { extendVm } from "./extend.ts";

export const expiryRouter = router({
  extend: member("vm:update")
    .meta({ route: { method: "POST", path: "/vms/{id}/extend", tags: ["Virtual machines"], summary: "Let a VM live longer" } })
    .input(vmExtendInput)
    .output(answer(vmExtendOutput))
    .mutation(({ ctx, input }) => extendVm(ctx.rt, ctx.actor, input)),
});
