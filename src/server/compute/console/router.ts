import { consoleOutput } from "#shared/compute/console.ts";
import { vmIdInput } from "#shared/compute/schema.ts";
import { answer, member, router } from "#server/trpc/init.ts";
import { openConsole } from "./open-console.ts";

export const consoleRouter = router({
  open: member("vm:console")
    .meta({ route: { method: "POST", path: "/vms/{id}/console", tags: ["Virtual machines"], summary: "A one-time way to the VM's screen; it expires after 30 seconds" } })
    .input(vmIdInput)
    .output(answer(consoleOutput))
    .mutation(({ ctx, input }) => openConsole(ctx.rt, ctx.actor, input.id)),
});
