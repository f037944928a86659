import { configurationOutput } from "#shared/machines/configuration.ts";
import { planogramOutput, planogramSaveInput } from "#shared/machines/planogram.ts";
import { machineIdInput } from "#shared/machines/schema.ts";
import { answer, member, platform, router } from "#server/trpc/init.ts";
import { getConfiguration } from "../configuration/comparison.ts";
import { getPlanogram, savePlanogram } from "./edit.ts";

const tags = ["Stock"];

export const planogramRouter = router({
  get: member("machine:read")
    .meta({ route: { method: "GET", path: "/machines/{id}/planogram", tags, summary: "A machine's slots, with all that can be set of them and what is in them" } })
    .input(machineIdInput)
    .output(answer(planogramOutput))
    .query(({ ctx, input }) => getPlanogram(ctx.rt, { organizationId: ctx.actor.organizationId }, input.id)),
  save: member("machine:configure")
    .meta({ route: { method: "PATCH", path: "/machines/{id}/planogram", tags, summary: "Change slots of a machine; refused when somebody else changed them meanwhile" } })
    .input(planogramSaveInput)
    .output(answer(planogramOutput))
    .mutation(({ ctx, input }) => savePlanogram(ctx.rt, ctx.actor, { organizationId: ctx.actor.organizationId }, input)),
  configuration: member("machine:read")
    .meta({ route: { method: "GET", path: "/machines/{id}/configuration", tags, summary: "What a machine should have against what it says that it has" } })
    .input(machineIdInput)
    .output(answer(configurationOutput))
    .query(({ ctx, input }) => getConfiguration(ctx.rt, { organizationId: ctx.actor.organizationId }, input.id)),
});

export const adminPlanogramRouter = router({
  get: platform("platform:machines:read")
    .input(machineIdInput)
    .output(answer(planogramOutput))
    .query(({ ctx, input }) => getPlanogram(ctx.rt, "platform", input.id)),
  save: platform("platform:machines:write")
    .input(planogramSaveInput)
    .output(answer(planogramOutput))
    .mutation(({ ctx, input }) => savePlanogram(ctx.rt, ctx.actor, "platform", input)),
  configuration: platform("platform:machines:read")
    .input(machineIdInput)
    .output(answer(configurationOutput))
    .query(({ ctx, input }) => getConfiguration(ctx.rt, "platform", input.id)),
});
