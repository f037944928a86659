import { MAX_LOG_LINES, vmLogsInput, vmLogsOutput } from "#shared/compute/logs.ts";
import { answer, member } from "#server/trpc/init.ts";
import { listVmLogs } from "./logs.ts";

export const vmLogs = member("vm:read")
  .meta({
    route: {
      method: "GET",
      path: "/vms/{id}/logs",
      tags: ["Virtual machines"],
      summary: "What happened to a VM: its states, its operations' steps, its hypervisor's tasks, what its guest writes to the serial port; with follow=true as a stream",
      follow: { list: "logs", event: "log", lines: MAX_LOG_LINES },
    },
  })
  .input(vmLogsInput)
  .output(answer(vmLogsOutput))
  .query(({ ctx, input }) => listVmLogs(ctx.rt, { organizationId: ctx.actor.organizationId }, input));
