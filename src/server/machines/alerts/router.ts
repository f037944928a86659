import { z } from "zod";
import * as lists from "#shared/machines/alert-lists.ts";
import * as rules from "#shared/machines/alerts.ts";
import { answer, member, platform, router } from "#server/trpc/init.ts";
import { acknowledgeAlert, acknowledgeAlerts, countAlerts, getAlert, listAlerts, resolveAlert } from "./alerts.ts";
import { listMutes, muteAlerts, unmuteAlerts } from "./mutes.ts";
import { previewRule } from "./preview.ts";
import { changeRule, createRule, deleteRule, enableRule, listRules } from "./rules.ts";

const TAGS = ["Alerts"];
const ADMIN_TAGS = ["Administration"];
const read = () => member("machine:read");
const write = () => member("machine:alerts");
const adminRead = () => platform("platform:machines:read");
const adminWrite = () => platform("platform:machines:write");
const created = z.object({ id: z.string() });
const own = (actor: { organizationId: string }) => ({ organizationId: actor.organizationId });

/** Alerts about an organization's own machines, and its rules. */
export const alertsRouter = router({
  list: read()
    .meta({ route: { method: "GET", path: "/alerts", tags: TAGS, summary: "Alerts about your machines, newest first" } })
    .input(lists.alertListInput)
    .output(answer(lists.alertListOutput))
    .query(({ ctx, input }) => listAlerts(ctx.rt, own(ctx.actor), input)),
  get: read()
    .meta({ route: { method: "GET", path: "/alerts/{id}", tags: TAGS, summary: "One alert" } })
    .input(lists.alertIdInput)
    .output(answer(lists.alertOutput))
    .query(({ ctx, input }) => getAlert(ctx.rt, own(ctx.actor), input.id)),
  counts: read().output(answer(lists.alertCountsOutput)).query(({ ctx }) => countAlerts(ctx.rt, own(ctx.actor))),
  acknowledge: write()
    .meta({ route: { method: "POST", path: "/alerts/{id}/acknowledge", tags: TAGS, summary: "Say that somebody looks after an alert: it is not escalated any more" } })
    .input(lists.alertAcknowledgeInput)
    .output(answer(lists.alertOutput))
    .mutation(({ ctx, input }) => acknowledgeAlert(ctx.rt, ctx.actor, own(ctx.actor), input)),
  acknowledgeMany: write().input(lists.alertAcknowledgeManyInput).output(answer(lists.alertAcknowledgeManyOutput)).mutation(({ ctx, input }) => acknowledgeAlerts(ctx.rt, ctx.actor, own(ctx.actor), input)),
  resolve: write()
    .meta({ route: { method: "POST", path: "/alerts/{id}/resolve", tags: TAGS, summary: "End an alert by hand; it is not raised again before its condition has ended" } })
    .input(lists.alertResolveInput)
    .output(answer(lists.alertOutput))
    .mutation(({ ctx, input }) => resolveAlert(ctx.rt, ctx.actor, own(ctx.actor), input)),
  mutes: read()
    .meta({ route: { method: "GET", path: "/machines/{machine_id}/mutes", tags: TAGS, summary: "Mutes of a machine's alerts" } })
    .input(lists.muteListInput)
    .output(answer(lists.muteListOutput))
    .query(({ ctx, input }) => listMutes(ctx.rt, own(ctx.actor), input.machineId)),
  mute: write()
    .meta({ route: { method: "POST", path: "/machines/{machine_id}/mutes", successStatus: 201, tags: TAGS, summary: "Tell nobody of a machine's alerts for a while; they are recorded" } })
    .input(lists.muteInput)
    .output(answer(created))
    .mutation(({ ctx, input }) => muteAlerts(ctx.rt, ctx.actor, own(ctx.actor), input)),
  unmute: write()
    .meta({ route: { method: "DELETE", path: "/mutes/{id}", successStatus: 204, tags: TAGS, summary: "End a mute" } })
    .input(lists.muteIdInput)
    .output(answer(z.void()))
    .mutation(({ ctx, input }) => unmuteAlerts(ctx.rt, ctx.actor, own(ctx.actor), input.id)),
  rules: read()
    .meta({ route: { method: "GET", path: "/alert_rules", tags: TAGS, summary: "Rules about your machines: your own, and those of the platform" } })
    .output(answer(rules.ruleListOutput))
    .query(({ ctx }) => listRules(ctx.rt, own(ctx.actor))),
  createRule: write()
    .meta({ route: { method: "POST", path: "/alert_rules", successStatus: 201, tags: TAGS, summary: "Make a rule" } })
    .input(rules.ruleCreateInput)
    .output(answer(created))
    .mutation(({ ctx, input }) => createRule(ctx.rt, ctx.actor, own(ctx.actor), input)),
  updateRule: write()
    .meta({ route: { method: "PUT", path: "/alert_rules/{id}", successStatus: 204, tags: TAGS, summary: "Change a rule" } })
    .input(rules.ruleUpdateInput)
    .output(answer(z.void()))
    .mutation(({ ctx, input }) => changeRule(ctx.rt, ctx.actor, own(ctx.actor), input)),
  enableRule: write().input(rules.ruleEnableInput).output(answer(z.void())).mutation(({ ctx, input }) => enableRule(ctx.rt, ctx.actor, own(ctx.actor), input)),
  deleteRule: write()
    .meta({ route: { method: "DELETE", path: "/alert_rules/{id}", successStatus: 204, tags: TAGS, summary: "Delete a rule; what it raised ends" } })
    .input(rules.ruleIdInput)
    .output(answer(z.void()))
    .mutation(({ ctx, input }) => deleteRule(ctx.rt, ctx.actor, own(ctx.actor), input.id)),
  previewRule: write().input(rules.rulePreviewInput).output(answer(rules.rulePreviewOutput)).query(({ ctx, input }) => previewRule(ctx.rt, own(ctx.actor), input)),
});

/** The same for all machines, and for the rules of the platform. */
export const adminAlertsRouter = router({
  list: adminRead()
    .meta({ route: { method: "GET", path: "/admin/alerts", tags: ADMIN_TAGS, summary: "Alerts about all machines, newest first" } })
    .input(lists.alertListInput)
    .output(answer(lists.alertListOutput))
    .query(({ ctx, input }) => listAlerts(ctx.rt, "platform", input)),
  get: adminRead().input(lists.alertIdInput).output(answer(lists.alertOutput)).query(({ ctx, input }) => getAlert(ctx.rt, "platform", input.id)),
  counts: adminRead().output(answer(lists.alertCountsOutput)).query(({ ctx }) => countAlerts(ctx.rt, "platform")),
  acknowledge: adminWrite()
    .meta({ route: { method: "POST", path: "/admin/alerts/{id}/acknowledge", tags: ADMIN_TAGS, summary: "Say that somebody looks after an alert" } })
    .input(lists.alertAcknowledgeInput)
    .output(answer(lists.alertOutput))
    .mutation(({ ctx, input }) => acknowledgeAlert(ctx.rt, ctx.actor, "platform", input)),
  acknowledgeMany: adminWrite().input(lists.alertAcknowledgeManyInput).output(answer(lists.alertAcknowledgeManyOutput)).mutation(({ ctx, input }) => acknowledgeAlerts(ctx.rt, ctx.actor, "platform", input)),
  resolve: adminWrite()
    .meta({ route: { method: "POST", path: "/admin/alerts/{id}/resolve", tags: ADMIN_TAGS, summary: "End an alert by hand" } })
    .input(lists.alertResolveInput)
    .output(answer(lists.alertOutput))
    .mutation(({ ctx, input }) => resolveAlert(ctx.rt, ctx.actor, "platform", input)),
  mutes: adminRead().input(lists.muteListInput).output(answer(lists.muteListOutput)).query(({ ctx, input }) => listMutes(ctx.rt, "platform", input.machineId)),
  mute: adminWrite().input(lists.muteInput).output(answer(created)).mutation(({ ctx, input }) => muteAlerts(ctx.rt, ctx.actor, "platform", input)),
  unmute: adminWrite().input(lists.muteIdInput).output(answer(z.void())).mutation(({ ctx, input }) => unmuteAlerts(ctx.rt, ctx.actor, "platform", input.id)),
  rules: adminRead()
    .meta({ route: { method: "GET", path: "/admin/alert_rules", tags: ADMIN_TAGS, summary: "All rules about machines" } })
    .output(answer(rules.ruleListOutput))
    .query(({ ctx }) => listRules(ctx.rt, "platform")),
  createRule: adminWrite()
    .meta({ route: { method: "POST", path: "/admin/alert_rules", successStatus: 201, tags: ADMIN_TAGS, summary: "Make a rule about machines of all organizations" } })
    .input(rules.ruleCreateInput)
    .output(answer(created))
    .mutation(({ ctx, input }) => createRule(ctx.rt, ctx.actor, "platform", input)),
  updateRule: adminWrite()
    .meta({ route: { method: "PUT", path: "/admin/alert_rules/{id}", successStatus: 204, tags: ADMIN_TAGS, summary: "Change a rule" } })
    .input(rules.ruleUpdateInput)
    .output(answer(z.void()))
    .mutation(({ ctx, input }) => changeRule(ctx.rt, ctx.actor, "platform", input)),
  enableRule: adminWrite().input(rules.ruleEnableInput).output(answer(z.void())).mutation(({ ctx, input }) => enableRule(ctx.rt, ctx.actor, "platform", input)),
  deleteRule: adminWrite()
    .meta({ route: { method: "DELETE", path: "/admin/alert_rules/{id}", successStatus: 204, tags: ADMIN_TAGS, summary: "Delete a rule; what it raised ends" } })
    .input(rules.ruleIdInput)
    .output(answer(z.void()))
    .mutation(({ ctx, input }) => deleteRule(ctx.rt, ctx.actor, "platform", input.id)),
  previewRule: adminWrite().input(rules.rulePreviewInput).output(answer(rules.rulePreviewOutput)).query(({ ctx, input }) => previewRule(ctx.rt, "platform", input)),
});
