import { anyFleetTelemetryInput, fleetTelemetryInput, fleetTelemetryOutput, telemetryInput, telemetryOutput } from "#shared/machines/telemetry.ts";
import { answer, member, platform } from "#server/trpc/init.ts";
import { getFleetTelemetry } from "./fleet-series.ts";
import { getTelemetry } from "./machine-series.ts";

export const telemetry = member("machine:read")
  .meta({ route: { method: "GET", path: "/machines/{id}/telemetry", tags: ["Machines"], summary: "What a machine measured over a range: mean and extremes of each metric" } })
  .input(telemetryInput)
  .output(answer(telemetryOutput))
  .query(({ ctx, input }) => getTelemetry(ctx.rt, { organizationId: ctx.actor.organizationId }, input));

export const anyTelemetry = platform("platform:machines:read")
  .input(telemetryInput)
  .output(answer(telemetryOutput))
  .query(({ ctx, input }) => getTelemetry(ctx.rt, "platform", input));

export const fleetTelemetry = member("machine:read")
  .meta({ route: { method: "GET", path: "/fleet/telemetry", tags: ["Machines"], summary: "The organization's machines over a range: how many were online, what they measured, how full they were" } })
  .input(fleetTelemetryInput)
  .output(answer(fleetTelemetryOutput))
  .query(({ ctx, input }) => getFleetTelemetry(ctx.rt, { ...input, organizationId: ctx.actor.organizationId }));

export const anyFleetTelemetry = platform("platform:machines:read")
  .input(anyFleetTelemetryInput)
  .output(answer(fleetTelemetryOutput))
  .query(({ ctx, input }) => getFleetTelemetry(ctx.rt, input));
