import { vmMetricsInput, vmMetricsOutput } from "#shared/compute/metrics.ts";
import { answer, member } from "#server/trpc/init.ts";
import { getVmMetrics } from "./metrics.ts";

export const vmMetrics = member("vm:read")
  .meta({ route: { method: "GET", path: "/vms/{id}/metrics", tags: ["Virtual machines"], summary: "Usage now, and over a range: what the hypervisor tells of CPU, memory, disk and network" } })
  .input(vmMetricsInput)
  .output(answer(vmMetricsOutput))
  .query(({ ctx, input }) => getVmMetrics(ctx.rt, { organizationId: ctx.actor.organizationId }, input));
