import { commandGetInput, commandIssueInput, commandListInput, commandListOutput, commandOutput } from "#shared/machines/commands.ts";
import { answer, member, platform, router } from "#server/trpc/init.ts";
import { getCommand, issueCommand, listCommands } from "./issue.ts";

const tags = ["Machines"];

export const commandsRouter = router({
  list: member("machine:read")
    .meta({ route: { method: "GET", path: "/machines/{id}/commands", tags, summary: "What a machine was told, and what became of it; newest first" } })
    .input(commandListInput)
    .output(answer(commandListOutput))
    .query(({ ctx, input }) => listCommands(ctx.rt, { organizationId: ctx.actor.organizationId }, input)),
  get: member("machine:read")
    .meta({ route: { method: "GET", path: "/machines/{id}/commands/{command_id}", tags, summary: "One command" } })
    .input(commandGetInput)
    .output(answer(commandOutput))
    .query(({ ctx, input }) => getCommand(ctx.rt, { organizationId: ctx.actor.organizationId }, input)),
  issue: member("machine:command")
    .meta({ route: { method: "POST", path: "/machines/{id}/commands", successStatus: 202, tags, summary: "Tell a machine that is online to identify itself, test itself, restart, or say what became of a command" } })
    .input(commandIssueInput)
    .output(answer(commandOutput))
    .mutation(({ ctx, input }) => issueCommand(ctx.rt, { organizationId: ctx.actor.organizationId }, ctx.actor, input)),
});

export const adminCommandsRouter = router({
  list: platform("platform:machines:read")
    .meta({ route: { method: "GET", path: "/admin/machines/{id}/commands", tags, summary: "What anybody's machine was told" } })
    .input(commandListInput)
    .output(answer(commandListOutput))
    .query(({ ctx, input }) => listCommands(ctx.rt, "platform", input)),
  get: platform("platform:machines:read")
    .meta({ route: { method: "GET", path: "/admin/machines/{id}/commands/{command_id}", tags, summary: "One command to anybody's machine" } })
    .input(commandGetInput)
    .output(answer(commandOutput))
    .query(({ ctx, input }) => getCommand(ctx.rt, "platform", input)),
  issue: platform("platform:machines:write")
    .meta({ route: { method: "POST", path: "/admin/machines/{id}/commands", successStatus: 202, tags, summary: "Tell anybody's machine to do something" } })
    .input(commandIssueInput)
    .output(answer(commandOutput))
    .mutation(({ ctx, input }) => issueCommand(ctx.rt, "platform", ctx.actor, input)),
});
