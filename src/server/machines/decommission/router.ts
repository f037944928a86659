import { z } from "zod";
import * as schema from "#shared/machines/decommission.ts";
import { machineIdInput } from "#shared/machines/schema.ts";
import { answer, member, platform, router } from "#server/trpc/init.ts";
import { describeArchive } from "./archive.ts";
import { checkDecommission, decommission } from "./decommission.ts";

function route(method: "GET" | "POST", path: string, summary: string, successStatus: 200 | 204 = 200) {
  return { route: { method, path, successStatus, tags: ["Machines"], summary } } as const;
}

export const decommissionRouter = router({
  check: member("machine:configure")
    .meta(route("GET", "/machines/{id}/decommission", "What stands in the way of decommissioning a machine, and what ends with it"))
    .input(machineIdInput)
    .output(answer(schema.decommissionCheckOutput))
    .query(({ ctx, input }) => checkDecommission(ctx.rt, { organizationId: ctx.actor.organizationId }, input.id)),
  run: member("machine:configure")
    .meta(route("POST", "/machines/{id}/decommission", "Take a machine out of service for good", 204))
    .input(schema.decommissionInput)
    .output(answer(z.void()))
    .mutation(({ ctx, input }) => decommission(ctx.rt, { organizationId: ctx.actor.organizationId }, ctx.actor, input)),
  archive: member("machine:configure")
    .meta(route("GET", "/machines/{id}/archive", "Where the archive of a decommissioned machine is had"))
    .input(machineIdInput)
    .output(answer(schema.archiveOutput))
    .query(({ ctx, input }) => describeArchive(ctx.rt, { organizationId: ctx.actor.organizationId }, input.id)),
});

export const adminDecommissionRouter = router({
  check: platform("platform:machines:write")
    .meta(route("GET", "/admin/machines/{id}/decommission", "What stands in the way of decommissioning anybody's machine, and what ends with it"))
    .input(machineIdInput)
    .output(answer(schema.decommissionCheckOutput))
    .query(({ ctx, input }) => checkDecommission(ctx.rt, "platform", input.id)),
  run: platform("platform:machines:write")
    .meta(route("POST", "/admin/machines/{id}/decommission", "Take anybody's machine out of service for good", 204))
    .input(schema.decommissionInput)
    .output(answer(z.void()))
    .mutation(({ ctx, input }) => decommission(ctx.rt, "platform", ctx.actor, input)),
  archive: platform("platform:machines:write")
    .meta(route("GET", "/admin/machines/{id}/archive", "Where the archive of anybody's decommissioned machine is had"))
    .input(machineIdInput)
    .output(answer(schema.archiveOutput))
    .query(({ ctx, input }) => describeArchive(ctx.rt, "platform", input.id)),
});
