import { diagnosticsOutput, machineLogInput, machineLogOutput } from "#shared/machines/diagnostics.ts";
import { machineIdInput } from "#shared/machines/schema.ts";
import { answer, member, platform, router } from "#server/trpc/init.ts";
import { getDiagnostics, listLog } from "./diagnostics.ts";

const tags = ["Machines"];

export const diagnosticsRouter = router({
  get: member("machine:read")
    .meta({ route: { method: "GET", path: "/machines/{id}/diagnostics", tags, summary: "How a machine is: why it started last, its memory, its signal, how often it was away" } })
    .input(machineIdInput)
    .output(answer(diagnosticsOutput))
    .query(({ ctx, input }) => getDiagnostics(ctx.rt, { organizationId: ctx.actor.organizationId }, input.id)),
  log: member("machine:read")
    .meta({ route: { method: "GET", path: "/machines/{id}/logs", tags, summary: "What a machine's firmware writes and what happened to it, newest first" } })
    .input(machineLogInput)
    .output(answer(machineLogOutput))
    .query(({ ctx, input }) => listLog(ctx.rt, { organizationId: ctx.actor.organizationId }, input)),
});

export const adminDiagnosticsRouter = router({
  get: platform("platform:machines:read")
    .meta({ route: { method: "GET", path: "/admin/machines/{id}/diagnostics", tags, summary: "How anybody's machine is" } })
    .input(machineIdInput)
    .output(answer(diagnosticsOutput))
    .query(({ ctx, input }) => getDiagnostics(ctx.rt, "platform", input.id)),
  log: platform("platform:machines:read")
    .meta({ route: { method: "GET", path: "/admin/machines/{id}/logs", tags, summary: "What anybody's machine writes" } })
    .input(machineLogInput)
    .output(answer(machineLogOutput))
    .query(({ ctx, input }) => listLog(ctx.rt, "platform", input)),
});
