import { z } from "zod";
import * as schema from "#shared/machines/schema.ts";
import { answer, member, platform, router } from "#server/trpc/init.ts";
import { revokeAccess } from "./revocation.ts";
import { rotateCredential } from "./rotation.ts";

const tags = ["Machines"];
const rotated = z.object({ commandId: z.string().describe("what became of it is said by this command") });

export const credentialsRouter = router({
  rotate: member("machine:command")
    .meta({ route: { method: "POST", path: "/machines/{id}/credentials/rotate", successStatus: 202, tags, summary: "Give a machine that is online a new MQTT password; the old one works until the new one was used" } })
    .input(schema.machineIdInput)
    .output(answer(rotated))
    .mutation(({ ctx, input }) => rotateCredential(ctx.rt, { organizationId: ctx.actor.organizationId }, ctx.actor, input.id)),
  revoke: member("machine:configure")
    .meta({ route: { method: "POST", path: "/machines/{id}/credentials/revoke", successStatus: 204, tags, summary: "Take a machine's access away at once; it can be claimed again with a new token" } })
    .input(schema.machineIdInput)
    .output(answer(z.void()))
    .mutation(({ ctx, input }) => revokeAccess(ctx.rt, { organizationId: ctx.actor.organizationId }, ctx.actor, input.id)),
});

export const adminCredentialsRouter = router({
  rotate: platform("platform:machines:write")
    .meta({ route: { method: "POST", path: "/admin/machines/{id}/credentials/rotate", successStatus: 202, tags, summary: "Give anybody's machine a new MQTT password" } })
    .input(schema.machineIdInput)
    .output(answer(rotated))
    .mutation(({ ctx, input }) => rotateCredential(ctx.rt, "platform", ctx.actor, input.id)),
  revoke: platform("platform:machines:write")
    .meta({ route: { method: "POST", path: "/admin/machines/{id}/credentials/revoke", successStatus: 204, tags, summary: "Take the access of anybody's machine away" } })
    .input(schema.machineIdInput)
    .output(answer(z.void()))
    .mutation(({ ctx, input }) => revokeAccess(ctx.rt, "platform", ctx.actor, input.id)),
});
