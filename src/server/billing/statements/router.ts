import * as schema from "#shared/billing/statements.ts";
import { answer, member, router } from "#server/trpc/init.ts";
import { getStatement, listStatements } from "./statements.ts";

const tags = ["Statements"];

export const statementsRouter = router({
  list: member("credits:read")
    .meta({ route: { method: "GET", path: "/statements", tags, summary: "Monthly statements, the latest first" } })
    .input(schema.statementListInput)
    .output(answer(schema.statementListOutput))
    .query(({ ctx, input }) => listStatements(ctx.rt, ctx.actor, input)),
  get: member("credits:read")
    .meta({ route: { method: "GET", path: "/statements/{id}", tags, summary: "A statement with its lines" } })
    .input(schema.statementIdInput)
    .output(answer(schema.statementDetail))
    .query(({ ctx, input }) => getStatement(ctx.rt, ctx.actor, input)),
});
