import { z } from "zod";
import { fleetInput, fleetOutput } from "#shared/machines/fleet.ts";
import * as schema from "#shared/machines/schema.ts";
import { answer, member, platform, publicProcedure, router } from "#server/trpc/init.ts";
import { adminAlertsRouter, alertsRouter } from "./alerts/router.ts";
import { adminCommandsRouter, commandsRouter } from "./commands/router.ts";
import { adminAssortmentRouter, assortmentRouter } from "./assortment/router.ts";
import { adminBatchesRouter } from "./batches/router.ts";
import { claimStatus, issueClaim } from "./claims.ts";
import { cloneMachine, listCloneSources } from "./cloning.ts";
import { adminCredentialsRouter, credentialsRouter } from "./credentials/router.ts";
import { adminDecommissionRouter, decommissionRouter } from "./decommission/router.ts";
import { adminDiagnosticsRouter, diagnosticsRouter } from "./diagnostics/router.ts";
import { listDrafts } from "./drafts.ts";
import { getFleet } from "./fleet/fleet.ts";
import { anyMachineUpdates, firmwareRouter, machineUpdates } from "./firmware/router.ts";
import { adminRefillsRouter, adminStockRouter, refillsRouter, stockRouter } from "./inventory/router.ts";
import { listConnections, listMachines, getMachine, listRejected } from "./machines.ts";
import { adminOrdersRouter, ordersRouter } from "./orders/router.ts";
import { discardDraft, saveOnboarding, startOnboarding } from "./onboarding.ts";
import { adminPlanogramRouter, planogramRouter } from "./planogram/router.ts";
import { adminSalesRouter, salesRouter } from "./storefront/router.ts";
import { createProduct, listProducts, listTemplates } from "./products.ts";
import { anyFleetTelemetry, anyTelemetry, fleetTelemetry, telemetry } from "./telemetry/router.ts";

const read = () => member("machine:read");
const adminRead = () => platform("platform:machines:read");
const adminWrite = () => platform("platform:machines:write");

export const machinesRouter = router({
  alerts: alertsRouter,
  assortment: assortmentRouter,
  commands: commandsRouter,
  credentials: credentialsRouter,
  decommission: decommissionRouter,
  diagnostics: diagnosticsRouter,
  orders: ordersRouter,
  planogram: planogramRouter,
  refills: refillsRouter,
  sales: salesRouter,
  stock: stockRouter,
  updates: machineUpdates,
  firmware: firmwareRouter,
  list: read().input(schema.machineListInput).output(answer(schema.machineListOutput)).query(({ ctx, input }) => listMachines(ctx.rt, { organizationId: ctx.actor.organizationId }, input)),
  get: read().input(schema.machineIdInput).output(answer(schema.machineDetailOutput)).query(({ ctx, input }) => getMachine(ctx.rt, { organizationId: ctx.actor.organizationId }, input.id)),
  fleet: read().output(answer(fleetOutput)).query(({ ctx }) => getFleet(ctx.rt, { organizationId: ctx.actor.organizationId })),
  telemetry,
  fleetTelemetry,
  connections: read()
    .meta({ route: { method: "GET", path: "/machines/{id}/connections", tags: ["Machines"], summary: "When a machine was claimed, came and went, newest first" } })
    .input(schema.connectionListInput)
    .output(answer(schema.connectionListOutput))
    .query(({ ctx, input }) => listConnections(ctx.rt, { organizationId: ctx.actor.organizationId }, input)),

  /** What the page behind a claim QR asks. */
  claimStatus: publicProcedure.input(schema.claimStatusInput).output(answer(schema.claimStatusOutput)).mutation(({ ctx, input }) => claimStatus(ctx.rt, ctx.ip, input.token)),

  admin: router({
    alerts: adminAlertsRouter,
    assortment: adminAssortmentRouter,
    batches: adminBatchesRouter,
    commands: adminCommandsRouter,
    credentials: adminCredentialsRouter,
    decommission: adminDecommissionRouter,
    diagnostics: adminDiagnosticsRouter,
    orders: adminOrdersRouter,
    planogram: adminPlanogramRouter,
    refills: adminRefillsRouter,
    sales: adminSalesRouter,
    stock: adminStockRouter,
    updates: anyMachineUpdates,
    list: adminRead().input(schema.machineListInput).output(answer(schema.machineListOutput)).query(({ ctx, input }) => listMachines(ctx.rt, "platform", input)),
    get: adminRead().input(schema.machineIdInput).output(answer(schema.machineDetailOutput)).query(({ ctx, input }) => getMachine(ctx.rt, "platform", input.id)),
    fleet: adminRead().input(fleetInput).output(answer(fleetOutput)).query(({ ctx, input }) => getFleet(ctx.rt, "platform", input)),
    telemetry: anyTelemetry,
    fleetTelemetry: anyFleetTelemetry,
    connections: adminRead().input(schema.connectionListInput).output(answer(schema.connectionListOutput)).query(({ ctx, input }) => listConnections(ctx.rt, "platform", input)),
    rejected: adminRead()
      .input(schema.machineIdInput)
      .output(answer(z.object({ data: z.array(schema.rejectedOutput) })))
      .query(({ ctx, input }) => listRejected(ctx.rt, input.id)),
    templates: adminRead().output(answer(z.object({ data: z.array(schema.templateOutput) }))).query(({ ctx }) => listTemplates(ctx.rt)),
    products: adminRead()
      .input(schema.organizationScopedInput)
      .output(answer(z.object({ data: z.array(schema.productOutput) })))
      .query(({ ctx, input }) => listProducts(ctx.rt, input.organizationId)),
    createProduct: adminWrite().input(schema.productCreateInput).output(answer(schema.productOutput)).mutation(({ ctx, input }) => createProduct(ctx.rt, ctx.actor, input)),
    start: adminWrite().input(schema.onboardingStartInput).output(answer(schema.machineDetailOutput)).mutation(({ ctx, input }) => startOnboarding(ctx.rt, ctx.actor, input)),
    clone: adminWrite().input(schema.machineCloneInput).output(answer(schema.machineDetailOutput)).mutation(({ ctx, input }) => cloneMachine(ctx.rt, ctx.actor, input)),
    cloneSources: adminRead().input(schema.cloneSourcesInput).output(answer(schema.cloneSourcesOutput)).query(({ ctx, input }) => listCloneSources(ctx.rt, input)),
    drafts: adminRead().input(schema.draftListInput).output(answer(schema.draftListOutput)).query(({ ctx, input }) => listDrafts(ctx.rt, input)),
    save: adminWrite().input(schema.onboardingSaveInput).output(answer(schema.machineDetailOutput)).mutation(({ ctx, input }) => saveOnboarding(ctx.rt, ctx.actor, input)),
    discard: adminWrite().input(schema.machineIdInput).output(answer(z.void())).mutation(({ ctx, input }) => discardDraft(ctx.rt, ctx.actor, input.id)),
    issueClaim: adminWrite().input(schema.claimIssueInput).output(answer(schema.claimIssueOutput)).mutation(({ ctx, input }) => issueClaim(ctx.rt, ctx.actor, input)),
  }),
});
