import { createHash, randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newId } from "#shared/ids.ts";
import { organizationPermissions, type Permission, type PlatformPermission } from "#shared/permissions.ts";
import { seedCatalog } from "#server/compute/seed.ts";
import type { UserActor } from "#server/identity/actor.ts";
import { givePrices, makeOffer, type Offer } from "#server/testing/offer.ts";
import { makePerson } from "#server/testing/people.ts";
import { createTestRuntime, type TestRuntime } from "#server/testing/runtime.ts";
import { makeTenant, type Tenant } from "#server/testing/tenant.ts";
import { type Context, readWritten } from "./context.ts";
import { setOutputParsing, toAppError } from "./init.ts";

// Outputs are parsed here, so that what a procedure gives is what its schema says. It has to be asked for before the routers are loaded.
setOutputParsing(true);
const { appRouter, createCaller } = await import("./root.ts");

/**
 * Who may call what (DESIGN.md, invariant 5): every procedure stands in this table, and is walked as nobody, as a stranger with the ids of somebody
 * else's things, as a member without the permission, and as one who may. An input is made of the victim's ids and valid by its schema, so that the refusal
 * is about who asks; the victim's own call with the same input shows that the ids are good.
 */
type Input = (victim: Tenant) => unknown;
type Rule =
  /** anybody; nothing in it belongs to anybody */
  | { who: "anybody"; input: Input }
  /** anybody; proves itself otherwise, by a password or a token: refused without, with this status */
  | { who: "proven"; input: Input; refusal: number }
  /** whoever is signed in, about themselves; `refusal`: what a stranger gets for the victim's id */
  | { who: "self"; input: Input; refusal?: number }
  /** a member with the permission; `names`: the input names a thing of the victim's, which a stranger must not find */
  | { who: "member"; permission: Permission; input: Input; names: boolean }
  | { who: "platform"; permission: PlatformPermission; input: Input };

const nothing: Input = () => undefined;
const anybody = (input = nothing): Rule => ({ who: "anybody", input });
const proven = (refusal: number, input = nothing): Rule => ({ who: "proven", input, refusal });
const self = (input = nothing, refusal?: number): Rule => ({ who: "self", input, ...(refusal === undefined ? {} : { refusal }) });
/** on a list, or to create: the organization is the caller's own, whatever is in the input */
const own = (permission: Permission, input = nothing): Rule => ({ who: "member", permission, input, names: false });
/** on a thing that the input names */
const thing = (permission: Permission, input: Input): Rule => ({ who: "member", permission, input, names: true });
const platform = (permission: PlatformPermission, input = nothing): Rule => ({ who: "platform", permission, input });

const vm: Input = (victim) => ({ id: victim.vmId });
const topUp: Input = (victim) => ({ id: victim.topUpId });
const statement: Input = (victim) => ({ id: victim.statementId });
const host: Input = (victim) => ({ id: victim.hostId });
const backup: Input = (victim) => ({ id: victim.backupId });
const snapshot: Input = (victim) => ({ id: victim.vmId, snapshotId: victim.snapshotId });
/** of the catalog, for everybody */
const UPGRADE = "matrix-upgrade";
const operation: Input = (victim) => ({ id: victim.operationId });
const machine: Input = (victim) => ({ id: victim.machineId });
const order: Input = (victim) => ({ id: victim.orderId });
const guessed: Input = (victim) => ({ orderId: victim.orderId, secret: "guessed" });
const refill: Input = (victim) => ({ refillId: victim.refillId });
const planogram: Input = (victim) => ({ id: victim.machineId, expectedVersion: 1, slots: [{ code: "A1", capacity: 6, par: null, mechanism: "motor", productId: victim.productId, price: null, enabled: true }] });
const batch: Input = (victim) => ({ id: victim.batchId });
const fileOfMachines: Input = (victim) => ({ organizationId: victim.organizationId, csv: `name,template\nHall,${victim.templateId}\n` });
const organization: Input = (victim) => ({ organizationId: victim.organizationId });
const firmware: Input = (victim) => ({ id: victim.firmwareId });
const rollout: Input = (victim) => ({ id: victim.rolloutId });
const rolloutMachine: Input = (victim) => ({ id: victim.rolloutId, machineId: victim.machineId });
const page: Input = () => ({});
const alert: Input = (victim) => ({ id: victim.alertId });
const alertRule = { name: "Too warm", severity: "warning", condition: { kind: "offline", forSeconds: 300 } };
/** the fingerprint of a change of prices that changes none */
const NO_PRICES = createHash("sha256").update("").digest("hex");
const MUTED_UNTIL = "2028-03-01T00:00:00Z";
const months: Input = () => ({ from: "2028-02", to: "2028-02" });
const free = { computePricePerHour: "0", storagePricePerHour: "0" };

const MATRIX: Record<string, Rule> = {
  "identity.signup": anybody(() => ({ email: `${randomUUID()}@test.example`, password: "a long password" })),
  "identity.login": proven(401, (victim) => ({ email: victim.email, password: "not the password" })),
  "identity.refresh": proven(401),
  "identity.logout": self(),
  "identity.me": self(),
  "identity.updateMe": self(() => ({ name: "Renamed" })),
  "identity.sessions": self(),
  "identity.endSession": self((victim) => ({ id: victim.actor.sessionId }), 404),
  "identity.organizations": self(),
  "identity.updateOrganization": thing("organization:update", (victim) => ({ id: victim.organizationId, timeZone: "Asia/Seoul" })),

  "billing.balance": own("credits:read"),
  "billing.history": own("credits:read", page),
  "billing.lots": own("credits:read", page),
  "billing.chart": own("credits:read", page),
  "billing.spending": own("credits:read"),
  "billing.comingPrices": own("credits:read"),
  "billing.grant": platform("platform:credits:grant", (victim) => ({ organizationId: victim.organizationId, amount: "1000000", reason: "because", idempotencyKey: randomUUID() })),
  "billing.admin.revoke": platform("platform:credits:grant", (victim) => ({ transferId: victim.grantId, reason: "because", idempotencyKey: randomUUID() })),
  "billing.admin.refund": platform("platform:credits:grant", (victim) => ({ transferId: victim.chargeId, reason: "because", idempotencyKey: randomUUID() })),
  "billing.admin.adjust": platform("platform:credits:grant", (victim) => ({ organizationId: victim.organizationId, direction: "add", amount: "1000000", reason: "because", idempotencyKey: randomUUID() })),
  "billing.admin.ledger": platform("platform:billing:read", organization),
  "billing.admin.lots": platform("platform:billing:read", organization),
  "billing.admin.checks": platform("platform:billing:read"),
  "billing.admin.check": platform("platform:billing:read"),

  "payments.options": own("credits:read"),
  "payments.create": own("credits:topup", () => ({ credits: "10000000" })),
  "payments.list": own("credits:read", page),
  "payments.get": thing("credits:read", topUp),
  "payments.receipt": thing("credits:read", topUp),
  "payments.automatic": own("credits:read"),
  "payments.setAutomatic": own("credits:topup", () => ({ enabled: false, threshold: "0", credits: "10000000", monthlyCap: "100000000" })),
  "payments.admin.list": platform("platform:payments:read", page),
  "payments.admin.refund": platform("platform:payments:refund", (victim) => ({ id: victim.topUpId, amountMinor: 1, reason: "because", idempotencyKey: randomUUID() })),
  "payments.testCheckout.get": proven(404, () => ({ id: "cs_test_nothing" })),
  "payments.testCheckout.pay": proven(404, () => ({ id: "cs_test_nothing", card: "succeeds" })),

  "statements.list": own("credits:read", page),
  "statements.get": thing("credits:read", statement),
  "reports.charges": own("credits:read", page),
  "reports.breakdown": own("credits:read", page),
  "documents.statementPdf": thing("credits:read", statement),
  "documents.statementCsv": thing("credits:read", statement),
  "documents.receiptPdf": thing("credits:read", topUp),
  "documents.ledgerCsv": own("credits:read", page),
  "documents.customerLedgerCsv": platform("platform:billing:read", organization),
  "revenue.report": platform("platform:billing:read", months),
  "revenue.customers": platform("platform:billing:read", months),
  "revenue.products": platform("platform:billing:read", months),
  "revenue.reportCsv": platform("platform:billing:read", months),
  "revenue.customersCsv": platform("platform:billing:read", months),
  "revenue.productsCsv": platform("platform:billing:read", months),

  "compute.catalog": anybody(),
  "compute.projects.list": own("project:read", page),
  "compute.projects.create": own("project:create", () => ({ name: "Another" })),
  "compute.projects.rename": thing("project:update", (victim) => ({ id: victim.projectId, name: "Mine now" })),
  "compute.projects.delete": thing("project:delete", (victim) => ({ id: victim.projectId, deleteVms: true })),
  "compute.sshKeys.list": own("sshkey:read"),
  "compute.sshKeys.create": own("sshkey:create", () => ({ name: "Another", publicKey: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFy4lfHzH1yS6cvyC1n1Jg1Xn5cD0m0X0yqgk8o2Q5nB other" })),
  "compute.sshKeys.delete": thing("sshkey:delete", (victim) => ({ id: victim.sshKeyId })),
  "compute.vms.list": own("vm:read", (victim) => ({ projectId: victim.projectId })),
  "compute.vms.get": thing("vm:read", vm),
  "compute.vms.create": thing("vm:create", (victim) => ({ name: "intruder", projectId: victim.projectId, plan: "nano", templateId: "debian-12" })),
  "compute.vms.update": thing("vm:update", (victim) => ({ id: victim.vmId, name: "mine-now" })),
  "compute.vms.delete": thing("vm:delete", vm),
  "compute.vms.start": thing("vm:power", vm),
  "compute.vms.stop": thing("vm:power", vm),
  "compute.vms.shutdown": thing("vm:power", vm),
  "compute.vms.restart": thing("vm:power", vm),
  "compute.vms.reset": thing("vm:power", vm),
  "compute.vms.suspend": thing("vm:power", vm),
  "compute.vms.resume": thing("vm:power", vm),
  "compute.vms.metrics": thing("vm:read", vm),
  "compute.vms.logs": thing("vm:read", vm),
  "compute.vms.reboot": thing("vm:power", vm),
  "compute.changes.upgrade": thing("vm:update", (victim) => ({ id: victim.vmId, upgrade: UPGRADE })),
  "compute.changes.replace": thing("vm:update", (victim) => ({ id: victim.vmId, name: "mine-now" })),
  "compute.changes.resetPassword": thing("vm:update", vm),
  "compute.changes.batch": thing("vm:power", (victim) => ({ operation: "stop", vmIds: [victim.vmId] })),
  "compute.changes.migrate": platform("platform:vms:write", (victim) => ({ id: victim.vmId, targetHost: victim.hostId })),
  "compute.changes.migrationTargets": platform("platform:vms:write", vm),
  "compute.changes.powerAny": platform("platform:vms:write", (victim) => ({ id: victim.vmId, action: "stop" })),
  "compute.console.open": thing("vm:console", vm),
  "compute.snapshots.list": thing("vm:read", vm),
  "compute.snapshots.take": thing("vm:snapshot", (victim) => ({ id: victim.vmId, name: "Mine" })),
  "compute.snapshots.restore": thing("vm:snapshot", snapshot),
  "compute.snapshots.delete": thing("vm:snapshot", snapshot),
  "compute.snapshots.schedule": thing("vm:snapshot", (victim) => ({ id: victim.vmId, everyHours: 24 })),
  "compute.backups.list": own("vm:read", (victim) => ({ vmId: victim.vmId })),
  "compute.backups.get": thing("vm:read", backup),
  "compute.backups.ofVm": thing("vm:read", vm),
  "compute.backups.take": thing("vm:backup", (victim) => ({ id: victim.vmId, name: "Mine" })),
  "compute.backups.schedule": thing("vm:backup", (victim) => ({ id: victim.vmId, everyHours: 24 })),
  "compute.backups.restore": thing("vm:backup", backup),
  "compute.backups.delete": thing("vm:backup", backup),
  "compute.expiry.extend": thing("vm:update", (victim) => ({ id: victim.vmId, additionalDays: 1 })),
  "compute.operations.list": own("operation:read", (victim) => ({ subjectId: victim.vmId })),
  "compute.operations.get": thing("operation:read", operation),
  "compute.operations.cancel": thing("operation:control", operation),
  "compute.operations.retry": thing("operation:control", operation),
  "compute.quota": own("vm:read"),
  "compute.catalogAdmin.places": platform("platform:catalog:read"),
  "compute.catalogAdmin.plans.list": platform("platform:catalog:read"),
  "compute.catalogAdmin.plans.create": platform("platform:catalog:write", () => ({ slug: randomUUID(), name: "Free", vcpu: 1, memoryMb: 512, storageGb: 10, ...free })),
  "compute.catalogAdmin.plans.update": platform("platform:catalog:write", () => ({ id: offer.planId, name: "Mine" })),
  "compute.catalogAdmin.plans.archive": platform("platform:catalog:write", () => ({ id: offer.planId })),
  "compute.catalogAdmin.upgrades.list": platform("platform:catalog:read"),
  "compute.catalogAdmin.upgrades.create": platform("platform:catalog:write", () => ({ slug: randomUUID(), name: "Free", vcpu: 1, ...free })),
  "compute.catalogAdmin.upgrades.update": platform("platform:catalog:write", () => ({ id: offer.upgradeId, name: "Mine" })),
  "compute.catalogAdmin.upgrades.archive": platform("platform:catalog:write", () => ({ id: offer.upgradeId })),
  "compute.catalogAdmin.prices.list": platform("platform:catalog:read", () => ({ subjectId: offer.planId })),
  "compute.catalogAdmin.prices.preview": platform("platform:catalog:write", () => ({ subjectId: offer.planId, ...free, appliesTo: "all" })),
  "compute.catalogAdmin.prices.schedule": platform("platform:catalog:write", () => ({ subjectId: offer.planId, ...free, appliesTo: "all", effectiveFrom: "2099-01-01T00:00:00.000Z" })),
  "compute.catalogAdmin.prices.withdraw": platform("platform:catalog:write", () => ({ subjectId: offer.planId, effectiveFrom: "2099-01-01T00:00:00.000Z" })),
  "compute.catalogAdmin.images.list": platform("platform:catalog:read"),
  "compute.catalogAdmin.images.create": platform("platform:catalog:write", () => ({ slug: randomUUID(), name: "Mine", family: "debian", version: "1", defaultUser: "debian", minStorageGb: 1 })),
  "compute.catalogAdmin.images.update": platform("platform:catalog:write", () => ({ id: offer.imageId, name: "Mine" })),
  "compute.catalogAdmin.images.archive": platform("platform:catalog:write", () => ({ id: offer.imageId })),
  "compute.catalogAdmin.regions.list": platform("platform:catalog:read"),
  "compute.catalogAdmin.regions.create": platform("platform:catalog:write", () => ({ id: "elsewhere", name: "Elsewhere" })),
  "compute.catalogAdmin.regions.update": platform("platform:catalog:write", () => ({ id: offer.regionId, name: "Mine" })),
  "compute.catalogAdmin.regions.remove": platform("platform:catalog:write", () => ({ id: offer.regionId })),
  "compute.catalogAdmin.quotas.list": platform("platform:catalog:read"),
  "compute.catalogAdmin.quotas.set": platform("platform:catalog:write", () => ({ tier: "mine", vms: 1_000, vcpu: 1_000, memoryMb: 1_000, storageGb: 1_000, snapshots: 1_000, backups: 1_000 })),
  "compute.catalogAdmin.pools.list": platform("platform:catalog:read"),
  "compute.catalogAdmin.pools.addresses": platform("platform:catalog:read", () => ({ id: offer.poolId })),
  "compute.catalogAdmin.pools.create": platform("platform:catalog:write", () => ({ name: "Mine", region: "eu-frankfurt", network: "198.51.100.0/24" })),
  "compute.catalogAdmin.pools.update": platform("platform:catalog:write", () => ({ id: offer.poolId, name: "Mine too" })),
  "compute.catalogAdmin.pools.remove": platform("platform:catalog:write", () => ({ id: offer.poolId })),
  "compute.hosts.list": platform("platform:hosts:read", page),
  "compute.hosts.get": platform("platform:hosts:read", host),
  "compute.hosts.vms": platform("platform:hosts:read", host),
  "compute.hosts.create": platform("platform:hosts:write", () => ({ type: "simulated", name: randomUUID(), location: "kr-seoul", vcpu: 4, memoryMb: 8_192, storageGb: 100 })),
  "compute.hosts.update": platform("platform:hosts:write", (victim) => ({ id: victim.hostId, vcpuRatio: 1 })),
  "compute.hosts.delete": platform("platform:hosts:write", host),
  "compute.hosts.setStatus": platform("platform:hosts:write", (victim) => ({ id: victim.hostId, status: "active" })),
  "compute.hosts.test": platform("platform:hosts:write", () => ({ type: "simulated" })),
  "compute.hosts.testStored": platform("platform:hosts:write", host),
  "compute.hosts.findings": platform("platform:hosts:read", (victim) => ({ hostId: victim.hostId })),
  "compute.hosts.adoptChoices": platform("platform:hosts:write", organization),
  "compute.hosts.adopt": platform("platform:hosts:write", (victim) => ({ id: victim.findingId, organizationId: victim.organizationId, projectId: victim.projectId, planId: newId("plan"), imageId: newId("image") })),
  "compute.hosts.remove": platform("platform:hosts:write", (victim) => ({ id: victim.findingId, confirm: "stray" })),
  "compute.hosts.ignore": platform("platform:hosts:write", (victim) => ({ id: victim.findingId, ignored: true })),
  "compute.admin.operations": platform("platform:operations:read", page),
  "compute.admin.operation": platform("platform:operations:read", operation),
  "compute.admin.cancelOperation": platform("platform:operations:control", operation),
  "compute.admin.retryOperation": platform("platform:operations:control", operation),
  "compute.admin.giveUpOperation": platform("platform:operations:control", operation),

  "machines.list": own("machine:read", page),
  "machines.get": thing("machine:read", machine),
  "machines.telemetry": thing("machine:read", machine),
  "machines.fleetTelemetry": own("machine:read", page),
  "machines.connections": thing("machine:read", machine),
  "machines.diagnostics.get": thing("machine:read", machine),
  "machines.diagnostics.log": thing("machine:read", machine),
  "machines.commands.list": thing("machine:read", machine),
  "machines.commands.get": thing("machine:read", (victim) => ({ id: victim.machineId, commandId: victim.commandId })),
  "machines.commands.issue": thing("machine:command", (victim) => ({ id: victim.machineId, type: "reboot" })),
  "machines.claimStatus": anybody(() => ({ token: "00000000000000000000000000" })),
  "machines.admin.list": platform("platform:machines:read", page),
  "machines.admin.get": platform("platform:machines:read", machine),
  "machines.admin.telemetry": platform("platform:machines:read", machine),
  "machines.admin.fleetTelemetry": platform("platform:machines:read", page),
  "machines.admin.connections": platform("platform:machines:read", machine),
  "machines.admin.diagnostics.get": platform("platform:machines:read", machine),
  "machines.admin.diagnostics.log": platform("platform:machines:read", machine),
  "machines.credentials.rotate": thing("machine:command", machine),
  "machines.credentials.revoke": thing("machine:configure", machine),
  "machines.decommission.check": thing("machine:configure", machine),
  "machines.decommission.run": thing("machine:configure", (victim) => ({ id: victim.machineId, confirm: "Secret machine" })),
  "machines.decommission.archive": thing("machine:configure", machine),
  "machines.admin.decommission.check": platform("platform:machines:write", machine),
  "machines.admin.decommission.run": platform("platform:machines:write", (victim) => ({ id: victim.machineId, confirm: "Secret machine" })),
  "machines.admin.decommission.archive": platform("platform:machines:write", machine),
  "machines.admin.credentials.rotate": platform("platform:machines:write", machine),
  "machines.admin.credentials.revoke": platform("platform:machines:write", machine),
  "machines.admin.commands.list": platform("platform:machines:read", machine),
  "machines.admin.commands.get": platform("platform:machines:read", (victim) => ({ id: victim.machineId, commandId: victim.commandId })),
  "machines.admin.commands.issue": platform("platform:machines:write", (victim) => ({ id: victim.machineId, type: "reboot" })),
  "machines.admin.rejected": platform("platform:machines:read", machine),
  "machines.admin.templates": platform("platform:machines:read"),
  "machines.admin.products": platform("platform:machines:read", organization),
  "machines.admin.createProduct": platform("platform:machines:write", (victim) => ({ organizationId: victim.organizationId, name: "Cola", sku: "COLA", price: "1000000" })),
  "machines.admin.start": platform("platform:machines:write", (victim) => ({ organizationId: victim.organizationId, name: "Lobby" })),
  "machines.admin.clone": platform("platform:machines:write", (victim) => ({ sourceId: victim.machineId, organizationId: victim.organizationId, name: "Lobby" })),
  "machines.admin.cloneSources": platform("platform:machines:read", organization),
  "machines.admin.drafts": platform("platform:machines:read", page),
  "machines.admin.save": platform("platform:machines:write", (victim) => ({ id: victim.machineId, step: "details", details: { name: "Lobby", notes: "" } })),
  "machines.admin.discard": platform("platform:machines:write", machine),
  "machines.admin.issueClaim": platform("platform:machines:write", machine),
  "machines.admin.batches.preview": platform("platform:machines:write", fileOfMachines),
  "machines.admin.batches.create": platform("platform:machines:write", fileOfMachines),
  "machines.admin.batches.list": platform("platform:machines:read", page),
  "machines.admin.batches.get": platform("platform:machines:read", batch),
  "machines.admin.batches.machines": platform("platform:machines:read", batch),
  "machines.admin.batches.issue": platform("platform:machines:write", batch),
  "machines.sales.get": thing("machine:read", machine),
  "machines.admin.sales.get": platform("platform:machines:read", machine),
  "machines.sales.set": thing("machine:configure", (victim) => ({ id: victim.machineId, open: false })),
  "machines.admin.sales.set": platform("platform:machines:write", (victim) => ({ id: victim.machineId, open: false })),
  "machines.planogram.get": thing("machine:read", machine),
  "machines.admin.planogram.get": platform("platform:machines:read", machine),
  "machines.planogram.save": thing("machine:configure", planogram),
  "machines.admin.planogram.save": platform("platform:machines:write", planogram),
  "machines.planogram.configuration": thing("machine:read", machine),
  "machines.admin.planogram.configuration": platform("platform:machines:read", machine),
  "machines.stock.overview": thing("machine:read", machine),
  "machines.admin.stock.overview": platform("platform:machines:read", machine),
  "machines.stock.movements": thing("machine:read", machine),
  "machines.admin.stock.movements": platform("platform:machines:read", machine),
  "machines.stock.adjust": thing("machine:stock", (victim) => ({ id: victim.machineId, kind: "count", slots: [{ slot: "A1", count: 2 }] })),
  "machines.admin.stock.adjust": platform("platform:machines:write", (victim) => ({ id: victim.machineId, kind: "count", slots: [{ slot: "A1", count: 2 }] })),
  "machines.stock.low": own("machine:read", page),
  "machines.admin.stock.low": platform("platform:machines:read", page),
  "machines.refills.pickList": thing("machine:read", (victim) => ({ machineIds: [victim.machineId] })),
  "machines.admin.refills.pickList": platform("platform:machines:read", (victim) => ({ machineIds: [victim.machineId] })),
  "machines.refills.list": thing("machine:read", machine),
  "machines.admin.refills.list": platform("platform:machines:read", machine),
  "machines.refills.open": thing("machine:read", machine),
  "machines.admin.refills.open": platform("platform:machines:read", machine),
  "machines.refills.start": thing("machine:stock", machine),
  "machines.admin.refills.start": platform("platform:machines:write", machine),
  "machines.refills.get": thing("machine:read", refill),
  "machines.admin.refills.get": platform("platform:machines:read", refill),
  "machines.refills.confirm": thing("machine:stock", (victim) => ({ refillId: victim.refillId, slot: "A1", added: 1 })),
  "machines.admin.refills.confirm": platform("platform:machines:write", (victim) => ({ refillId: victim.refillId, slot: "A1", added: 1 })),
  "machines.refills.finish": thing("machine:stock", refill),
  "machines.admin.refills.finish": platform("platform:machines:write", refill),
  "machines.refills.abandon": thing("machine:stock", refill),
  "machines.admin.refills.abandon": platform("platform:machines:write", refill),
  "machines.fleet": own("machine:read"),
  "machines.admin.fleet": platform("platform:machines:read", organization),
  "machines.assortment.list": own("machine:read", page),
  "machines.admin.assortment.list": platform("platform:machines:read", organization),
  "machines.assortment.choices": own("machine:read"),
  "machines.admin.assortment.choices": platform("platform:machines:read", organization),
  "machines.admin.assortment.create": platform("platform:machines:write", (victim) => ({ organizationId: victim.organizationId, name: "Cola", sku: randomUUID().slice(0, 8).toUpperCase(), price: "1000000" })),
  "machines.assortment.previewPrices": thing("machine:configure", (victim) => ({ productIds: [victim.productId], rule: { kind: "set", price: "2000000" } })),
  "machines.admin.assortment.previewPrices": platform("platform:machines:write", (victim) => ({ organizationId: victim.organizationId, productIds: [victim.productId], rule: { kind: "set", price: "2000000" } })),
  "machines.assortment.changePrices": thing("machine:configure", (victim) => ({ productIds: [victim.productId], rule: { kind: "set", price: "1" }, fingerprint: NO_PRICES, idempotencyKey: randomUUID() })),
  "machines.admin.assortment.changePrices": platform("platform:machines:write", (victim) => ({ organizationId: victim.organizationId, productIds: [victim.productId], rule: { kind: "set", price: "1" }, fingerprint: NO_PRICES, idempotencyKey: randomUUID() })),
  "machines.assortment.create": own("machine:configure", () => ({ name: "Cola", sku: randomUUID().slice(0, 8).toUpperCase(), price: "1000000" })),
  "machines.assortment.update": thing("machine:configure", (victim) => ({ id: victim.productId, name: "Renamed" })),
  "machines.admin.assortment.update": platform("platform:machines:write", (victim) => ({ id: victim.productId, name: "Renamed" })),
  "machines.assortment.archive": thing("machine:configure", (victim) => ({ id: victim.productId, archived: false })),
  "machines.admin.assortment.archive": platform("platform:machines:write", (victim) => ({ id: victim.productId, archived: false })),
  "machines.assortment.setPrices": thing("machine:configure", (victim) => ({ id: victim.productId, price: "2000000" })),
  "machines.admin.assortment.setPrices": platform("platform:machines:write", (victim) => ({ id: victim.productId, price: "2000000" })),
  "machines.updates": thing("machine:read", machine),
  "machines.admin.updates": platform("platform:machines:read", machine),
  "machines.firmware.list": platform("platform:firmware:read", page),
  "machines.firmware.get": platform("platform:firmware:read", firmware),
  "machines.firmware.update": platform("platform:firmware:write", (victim) => ({ id: victim.firmwareId, notes: "New" })),
  "machines.firmware.key": platform("platform:firmware:read"),
  "machines.firmware.rollouts.list": platform("platform:firmware:read", page),
  "machines.firmware.rollouts.get": platform("platform:firmware:read", rollout),
  "machines.firmware.rollouts.machines": platform("platform:firmware:read", rollout),
  "machines.firmware.rollouts.preview": platform("platform:firmware:read", (victim) => ({ firmwareId: victim.firmwareId, target: { machineIds: [victim.machineId] } })),
  "machines.firmware.rollouts.create": platform("platform:firmware:write", (victim) => ({ firmwareId: victim.firmwareId, name: "Another" })),
  "machines.firmware.rollouts.update": platform("platform:firmware:write", (victim) => ({ id: victim.rolloutId, name: "Renamed" })),
  "machines.firmware.rollouts.discard": platform("platform:firmware:write", rollout),
  "machines.firmware.rollouts.start": platform("platform:firmware:write", rollout),
  "machines.firmware.rollouts.pause": platform("platform:firmware:write", rollout),
  "machines.firmware.rollouts.resume": platform("platform:firmware:write", rollout),
  "machines.firmware.rollouts.abort": platform("platform:firmware:write", rollout),
  "machines.firmware.rollouts.retryMachine": platform("platform:firmware:write", rolloutMachine),
  "machines.firmware.rollouts.skipMachine": platform("platform:firmware:write", rolloutMachine),

  "storefront.get": proven(404, () => ({ slug: "no-such-machine" })),
  "storefront.checkout": proven(404, (victim) => ({ slug: "no-such-machine", lines: [{ slot: "A1", productId: victim.productId, price: "1000000" }], payment: "card", idempotencyKey: randomUUID() })),
  "storefront.order": proven(404, guessed),
  "storefront.cancel": proven(404, guessed),
  "storefront.receipt": proven(404, guessed),
  "machines.orders.list": own("machine:read", page),
  "machines.orders.get": thing("machine:read", order),
  "machines.admin.orders.list": platform("platform:orders:read", page),
  "machines.admin.orders.get": platform("platform:orders:read", order),
  "machines.admin.orders.refund": platform("platform:orders:refund", (victim) => ({ id: victim.orderId, reason: "because", idempotencyKey: randomUUID() })),
  "machines.alerts.list": own("machine:read", (victim) => ({ machineId: victim.machineId })),
  "machines.alerts.get": thing("machine:read", alert),
  "machines.alerts.counts": own("machine:read"),
  "machines.alerts.acknowledge": thing("machine:alerts", alert),
  "machines.alerts.acknowledgeMany": own("machine:alerts", (victim) => ({ ids: [victim.alertId] })),
  "machines.alerts.resolve": thing("machine:alerts", alert),
  "machines.alerts.mutes": thing("machine:read", (victim) => ({ machineId: victim.machineId })),
  "machines.alerts.mute": thing("machine:alerts", (victim) => ({ machineId: victim.machineId, until: MUTED_UNTIL })),
  "machines.alerts.unmute": thing("machine:alerts", (victim) => ({ id: victim.muteId })),
  "machines.alerts.rules": own("machine:read"),
  "machines.alerts.createRule": thing("machine:alerts", (victim) => ({ ...alertRule, machineId: victim.machineId })),
  "machines.alerts.updateRule": thing("machine:alerts", (victim) => ({ ...alertRule, id: victim.alertRuleId })),
  "machines.alerts.enableRule": thing("machine:alerts", (victim) => ({ id: victim.alertRuleId, enabled: false })),
  "machines.alerts.deleteRule": thing("machine:alerts", (victim) => ({ id: victim.alertRuleId })),
  "machines.alerts.previewRule": own("machine:alerts", (victim) => ({ condition: alertRule.condition, machineId: victim.machineId })),
  "machines.admin.alerts.list": platform("platform:machines:read", page),
  "machines.admin.alerts.get": platform("platform:machines:read", alert),
  "machines.admin.alerts.counts": platform("platform:machines:read"),
  "machines.admin.alerts.acknowledge": platform("platform:machines:write", alert),
  "machines.admin.alerts.acknowledgeMany": platform("platform:machines:write", (victim) => ({ ids: [victim.alertId] })),
  "machines.admin.alerts.resolve": platform("platform:machines:write", alert),
  "machines.admin.alerts.mutes": platform("platform:machines:read", (victim) => ({ machineId: victim.machineId })),
  "machines.admin.alerts.mute": platform("platform:machines:write", (victim) => ({ machineId: victim.machineId, until: MUTED_UNTIL })),
  "machines.admin.alerts.unmute": platform("platform:machines:write", (victim) => ({ id: victim.muteId })),
  "machines.admin.alerts.rules": platform("platform:machines:read"),
  "machines.admin.alerts.createRule": platform("platform:machines:write", () => alertRule),
  "machines.admin.alerts.updateRule": platform("platform:machines:write", (victim) => ({ ...alertRule, id: victim.alertRuleId })),
  "machines.admin.alerts.enableRule": platform("platform:machines:write", (victim) => ({ id: victim.alertRuleId, enabled: false })),
  "machines.admin.alerts.deleteRule": platform("platform:machines:write", (victim) => ({ id: victim.alertRuleId })),
  "machines.admin.alerts.previewRule": platform("platform:machines:write", (victim) => ({ condition: alertRule.condition, machineId: victim.machineId })),

  "notifications.list": self(page),
  "notifications.unread": self(),
  "notifications.read": self((victim) => ({ ids: [victim.notificationId] })),
  "notifications.readAll": self(),

  "platform.publicInfo": anybody(),
  "platform.overview": platform("platform:overview"),
  "platform.customers": platform("platform:customers:read", page),
  "platform.customer": platform("platform:billing:read", organization),
  "platform.vms": platform("platform:vms:read", page),
  "platform.holds": platform("platform:billing:read", page),
  "platform.voidHold": platform("platform:credits:grant", (victim) => ({ id: victim.holdId, reason: "because" })),
  "platform.topUps": platform("platform:payments:read", page),
  "platform.topUp": platform("platform:payments:read", topUp),
  "platform.audit": platform("platform:audit:read", page),
  "platform.health": platform("platform:health:read"),
};

interface Verdict {
  status: number;
  code: string;
  requiredPermission?: string | undefined;
  answer?: string;
}

let rt: TestRuntime;
let stranger: Tenant;
/** Of the calls that are refused: nothing of theirs may have changed when all are through. */
let victim: Tenant;
let before: string;
let offer: Offer;
beforeAll(async () => {
  rt = await createTestRuntime();
  await seedCatalog(rt);
  offer = await makeOffer(rt);
  const upgrade = await rt.db.prisma.upgrade.create({ data: { id: newId("upgrade"), slug: UPGRADE, name: "More", vcpu: 1 } });
  await givePrices(rt, { type: "upgrade", id: upgrade.id }, { compute: 1n, storage: 0n });
  stranger = await makeTenant(rt);
  victim = await makeTenant(rt);
  before = await belongings(victim);
});
afterAll(() => rt.close());

/** Calls the procedure as `actor`, who asks for `organizationId` (null: their own). */
async function call(path: string, actor: UserActor | null, organizationId: string | null, input: unknown): Promise<Verdict> {
  const context: Context = { rt, actor, organizationId, bearer: null, ip: "192.0.2.1", userAgent: "test", requestId: "req_matrix", written: readWritten };
  // The caller is a tree of functions by the procedures' paths, which only this walk knows as strings.
  const procedure = path.split(".").reduce<unknown>((node, key) => (node as Record<string, unknown>)[key], createCaller(context)) as (input: unknown) => Promise<unknown>;
  try {
    return { status: 200, code: "OK", answer: JSON.stringify((await procedure(input)) ?? null) };
  } catch (error) {
    const app = toAppError(error);
    // What nobody meant to throw is a fault of the procedure, not a refusal.
    if (app.code === "INTERNAL_ERROR") throw error;
    return { status: app.status, code: app.code, requiredPermission: app.extras.requiredPermission };
  }
}

/** Everything that the tenant has, as text. */
async function belongings({ organizationId, userId }: Tenant): Promise<string> {
  const { prisma } = rt.db;
  const where = { where: { organizationId } };
  const rows = [
    await prisma.user.findMany({ where: { id: userId } }),
    await prisma.session.findMany({ where: { userId } }),
    await prisma.notification.findMany({ where: { userId } }),
    await prisma.membership.findMany(where),
    await prisma.project.findMany(where),
    await prisma.sshKey.findMany(where),
    await prisma.vm.findMany(where),
    await prisma.vmSnapshot.findMany(where),
    await prisma.operation.findMany(where),
    await prisma.product.findMany(where),
    await prisma.machine.findMany(where),
    await prisma.deviceCommand.findMany({ where: { machine: where.where } }),
    await prisma.alertRule.findMany(where),
    await prisma.alert.findMany(where),
    await prisma.alertMute.findMany({ where: { machine: where.where } }),
    await prisma.topUp.findMany(where),
    await prisma.autoTopUp.findMany(where),
    await prisma.ledgerAccount.findMany(where),
    await prisma.event.findMany({ where: { organizationId }, select: { type: true } }),
    await prisma.auditEntry.findMany({ where: { organizationId }, select: { action: true } }),
  ];
  return JSON.stringify(rows, (_key, value: unknown) => (typeof value === "bigint" ? value.toString() : value));
}

/** The tenant's user with another role in the organization. */
function withRole(tenant: Tenant, role: string): UserActor {
  return { ...tenant.actor, memberships: [{ organizationId: tenant.organizationId, role, personal: true }] };
}

function expectNothingOf(tenant: Tenant, verdict: Verdict): void {
  for (const secret of [tenant.organizationId, tenant.userId, tenant.email, tenant.projectId, tenant.sshKeyId, tenant.vmId, tenant.snapshotId, tenant.operationId, tenant.machineId, tenant.commandId, tenant.alertRuleId, tenant.notificationId, tenant.alertId, tenant.muteId, tenant.productId, tenant.orderId, tenant.topUpId]) {
    expect(verdict.answer ?? "").not.toContain(secret);
  }
}

/** Allowed is whatever is not about who asks, or about how: an action may still not fit the state. */
function expectAllowed(verdict: Verdict): void {
  expect([200, 409], `${verdict.status} ${verdict.code}`).toContain(verdict.status);
}

test("every procedure stands in the table, and nothing else does", () => {
  expect(Object.keys(MATRIX).sort()).toEqual(Object.keys(appRouter._def.procedures).sort());
});

describe.each(Object.entries(MATRIX))("%s", (path, rule) => {
  if (rule.who === "anybody") {
    test("anybody may call it, and learns nothing of anybody", async () => {
      const verdict = await call(path, null, null, rule.input(victim));
      expect(verdict.status).toBe(200);
      expectNothingOf(victim, verdict);
    });
    return;
  }

  if (rule.who === "proven") {
    test("refused without proof, signed in or not", async () => {
      for (const actor of [null, stranger.actor]) expect((await call(path, actor, null, rule.input(victim))).status).toBe(rule.refusal);
    });
    return;
  }

  test("nobody: 401", async () => {
    for (const organizationId of [null, victim.organizationId]) {
      expect(await call(path, null, organizationId, rule.input(victim))).toMatchObject({ status: 401, code: "UNAUTHORIZED" });
    }
  });

  if (rule.who === "self") {
    test("a stranger gets their own, and nothing of the victim's", async () => {
      const caller = await makeTenant(rt);
      const verdict = await call(path, caller.actor, null, rule.input(victim));
      expect(verdict.status).toBe(rule.refusal ?? 200);
      expectNothingOf(victim, verdict);
      expectNothingOf(victim, await call(path, caller.actor, victim.organizationId, rule.input(victim)));
      // The victim is still there, and signed in.
      expect((await call("identity.sessions", victim.actor, null, undefined)).answer).toContain(victim.actor.sessionId);
    });
    test("the victim may", async () => {
      const owner = await makeTenant(rt);
      expectAllowed(await call(path, owner.actor, null, rule.input(owner)));
    });
    return;
  }

  if (rule.who === "platform") {
    test("a customer, owner of what it is about: 403", async () => {
      for (const actor of [victim.actor, stranger.actor]) {
        expect(await call(path, actor, null, rule.input(victim))).toMatchObject({ status: 403, requiredPermission: rule.permission });
      }
    });
    test("a role that is not in the table: 403", async () => {
      expect(await call(path, { ...stranger.actor, platformRole: "constructor" }, null, rule.input(victim))).toMatchObject({ status: 403, requiredPermission: rule.permission });
    });
    test("an administrator may", async () => {
      const owner = await makeTenant(rt);
      const admin = await makePerson(rt, { platformRole: "admin" });
      expectAllowed(await call(path, admin.actor, null, rule.input(owner)));
    });
    return;
  }

  test("a stranger in the victim's organization: 404", async () => {
    expect(await call(path, stranger.actor, victim.organizationId, rule.input(victim))).toMatchObject({ status: 404 });
  });

  test(rule.names ? "a stranger with the victim's ids: 404" : "a stranger sees nothing of the victim's", async () => {
    const verdict = await call(path, stranger.actor, null, rule.input(victim));
    if (rule.names) expect(verdict).toMatchObject({ status: 404, code: "NOT_FOUND" });
    // A filter by somebody else's thing finds nothing, or says that there is none.
    else expect([200, 404]).toContain(verdict.status);
    expectNothingOf(victim, verdict);
  });

  test("an administrator of the platform is a stranger here too", async () => {
    const admin = await makePerson(rt, { platformRole: "admin" });
    expect(await call(path, admin.actor, victim.organizationId, rule.input(victim))).toMatchObject({ status: 404 });
  });

  test(`a member without ${rule.permission}: 403`, async () => {
    expect(await call(path, withRole(victim, "constructor"), null, rule.input(victim))).toMatchObject({ status: 403, requiredPermission: rule.permission });
    const asViewer = await call(path, withRole(victim, "viewer"), null, rule.input(victim));
    if (organizationPermissions("viewer").includes(rule.permission)) expectAllowed(asViewer);
    else expect(asViewer).toMatchObject({ status: 403, requiredPermission: rule.permission });
  });

  test("the owner may", async () => {
    const owner = await makeTenant(rt);
    expectAllowed(await call(path, owner.actor, null, rule.input(owner)));
  });
});

test("a VM cannot be made with a stranger's saved key", async () => {
  const verdict = await call("compute.vms.create", stranger.actor, null, { name: "borrower", projectId: stranger.projectId, plan: "nano", templateId: "debian-12", sshKeys: [victim.sshKeyId] });
  expect([400, 404]).toContain(verdict.status);
});

test("nothing of the victim's has changed", async () => {
  expect(await belongings(victim)).toBe(before);
});

test("a machine's planogram cannot take another organization's product", async () => {
  const [tenant, other] = [await makeTenant(rt), await makeTenant(rt)];
  const admin = await makePerson(rt, { platformRole: "admin" });
  const verdict = await call("machines.admin.save", admin.actor, null, {
    id: tenant.machineId,
    step: "planogram",
    planogram: { templateId: tenant.templateId, slots: [{ code: "A1", productId: other.productId, count: 0, price: null }] },
  });
  expect([400, 404]).toContain(verdict.status);
});
