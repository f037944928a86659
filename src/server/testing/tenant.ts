import { credits } from "#shared/credits.ts";
import { newId } from "#shared/ids.ts";
import { hold, transfer } from "#server/billing/ledger.ts";
import { systemAccount } from "#server/billing/system-accounts.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";
import { makePerson, type Person } from "./people.ts";

/** An organization's owner with one of everything that an organization can own. */
export interface Tenant extends Person {
  projectId: string;
  sshKeyId: string;
  vmId: string;
  snapshotId: string;
  backupId: string;
  /** where the VM is; not theirs alone */
  hostId: string;
  /** of something on that host */
  findingId: string;
  operationId: string;
  productId: string;
  machineId: string;
  /** of the file that the machine was added by */
  batchId: string;
  commandId: string;
  orderId: string;
  alertRuleId: string;
  alertId: string;
  muteId: string;
  notificationId: string;
  templateId: string;
  /** open, by the owner, at their machine */
  refillId: string;
  /** not theirs alone, but for their machine */
  firmwareId: string;
  rolloutId: string;
  topUpId: string;
  statementId: string;
  /** transfers: the welcome credits, and a charge for the VM */
  grantId: string;
  chargeId: string;
  holdId: string;
}

const KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJv0V3k3JY6zY7kX0a1rKZx7mJ0Vw3c0bq3m3a0yqk5f tenant";

/** Rows alone, without hypervisor or device behind them: for questions of who may see and do what. The catalog must be there. */
export async function makeTenant(rt: Runtime): Promise<Tenant> {
  const person = await makePerson(rt, { welcome: credits(100) });
  const at = rt.clock.now();
  const { organizationId } = person;
  const ids = {
    projectId: newId("project"),
    sshKeyId: newId("sshKey"),
    vmId: newId("vm"),
    snapshotId: newId("snapshot"),
    backupId: newId("backup"),
    findingId: newId("hostFinding"),
    operationId: newId("operation"),
    productId: newId("product"),
    machineId: newId("machine"),
    batchId: newId("machineBatch"),
    commandId: newId("deviceCommand"),
    orderId: newId("order"),
    alertRuleId: newId("alertRule"),
    alertId: newId("alert"),
    muteId: newId("alertMute"),
    notificationId: newId("notification"),
    templateId: newId("machineTemplate"),
    refillId: newId("refill"),
    firmwareId: newId("firmware"),
    rolloutId: newId("rollout"),
    topUpId: newId("topUp"),
    statementId: newId("statement"),
  };
  const { prisma } = rt.db;
  const plan = await prisma.plan.findFirstOrThrow({ orderBy: { position: "asc" } });
  const image = await prisma.image.findFirstOrThrow({ orderBy: { position: "asc" } });
  const host = await prisma.host.findFirstOrThrow({ orderBy: { name: "asc" } });
  await prisma.project.create({ data: { id: ids.projectId, organizationId, name: "Secret project", createdAt: at } });
  await prisma.sshKey.create({ data: { id: ids.sshKeyId, organizationId, name: "Secret key", publicKey: KEY, fingerprint: `SHA256:${ids.sshKeyId}`, createdAt: at } });
  await prisma.vm.create({
    data: {
      id: ids.vmId,
      organizationId,
      projectId: ids.projectId,
      ownerId: person.userId,
      name: "secret-vm",
      status: "running",
      region: host.region,
      hostId: host.id,
      planId: plan.id,
      imageId: image.id,
      vcpu: plan.vcpu,
      memoryMb: plan.memoryMb,
      storageGb: plan.storageGb,
      sshKeys: [],
      createdAt: at,
      updatedAt: at,
      startedAt: at,
    },
  });
  await prisma.vmSnapshot.create({ data: { id: ids.snapshotId, vmId: ids.vmId, organizationId, name: "Secret snapshot", status: "ready", createdAt: at, readyAt: at } });
  await prisma.vmBackup.create({
    data: { id: ids.backupId, vmId: ids.vmId, organizationId, hostId: host.id, imageId: image.id, storageGb: plan.storageGb, name: "Secret backup", status: "ready", createdAt: at, readyAt: at },
  });
  const details = { name: "stray", power: "stopped", vcpu: 1, memoryMb: 1_024, storageGb: 10, privateIp: null, mac: null, ours: false };
  await prisma.hostFinding.create({ data: { id: ids.findingId, hostId: host.id, kind: "unknown_vm", ref: ids.findingId, details, firstSeenAt: at, lastSeenAt: at } });
  await prisma.operation.create({
    data: { id: ids.operationId, organizationId, kind: "vm.restart", subjectType: "vm", subjectId: ids.vmId, subjectName: "secret-vm", status: "succeeded", progress: 100, nextRunAt: at, createdAt: at, startedAt: at, finishedAt: at },
  });
  await prisma.product.create({ data: { id: ids.productId, organizationId, name: "Secret product", sku: "SECRET", price: 1n, createdAt: at } });
  await prisma.machineTemplate.create({ data: { id: ids.templateId, slug: ids.templateId, name: "Template", slots: [{ code: "A1", row: 0, column: 0, capacity: 5 }] } });
  await prisma.machineBatch.create({ data: { id: ids.batchId, organizationId, fileHash: ids.batchId, fileName: "machines.csv", rows: 1, sources: {}, createdAt: at, completedAt: at } });
  await prisma.machine.create({
    data: { id: ids.machineId, organizationId, name: "Secret machine", batchId: ids.batchId, batchRow: 2, slug: ids.machineId, status: "draft", templateId: ids.templateId, address: "Secret street", createdAt: at, updatedAt: at },
  });
  await prisma.slot.create({ data: { machineId: ids.machineId, code: "A1", row: 0, column: 0, capacity: 5, productId: ids.productId } });
  await prisma.refill.create({ data: { id: ids.refillId, machineId: ids.machineId, status: "open", userId: person.userId, startedAt: at } });
  await prisma.deviceCommand.create({ data: { id: ids.commandId, machineId: ids.machineId, type: "reboot", state: "done", actorId: person.userId, expiresAt: at, createdAt: at, endedAt: at } });
  await prisma.notification.create({ data: { id: ids.notificationId, userId: person.userId, organizationId, kind: "alert.fired", severity: "warning", subject: ids.alertId, data: { name: "Secret rule" }, createdAt: at } });
  const account = await prisma.ledgerAccount.findUniqueOrThrow({ where: { organizationId_kind_shard: { organizationId, kind: "customer", shard: 0 } } });
  const subject = { type: "vm", id: ids.vmId };
  const charge = await transact(rt, (tx) => transfer(tx, { key: `charge:${ids.vmId}`, kind: "usage", from: account.id, to: systemAccount("revenue", account.id), amount: credits(1), subject, description: "secret-vm: compute", at }));
  const held = await transact(rt, (tx) => hold(tx, { key: `hold:${ids.vmId}`, accountId: account.id, amount: credits(1), subject, description: "secret-vm: first hour", at }));
  const grant = await prisma.transfer.findFirstOrThrow({ where: { toAccountId: account.id, kind: "grant" } });
  await prisma.topUp.create({
    data: { id: ids.topUpId, organizationId, userId: person.userId, provider: "test", status: "paid", credits: 1n, currency: "USD", amountMinor: 1, receiptNumber: `R-${ids.topUpId}`, createdAt: at, paidAt: at, updatedAt: at },
  });
  await makeStatement(rt, ids.statementId, organizationId);
  await makeOrder(rt, { ...ids, organizationId });
  await makeAlert(rt, { ...ids, organizationId, userId: person.userId });
  await makeRollout(rt, ids);
  return { ...person, ...ids, hostId: host.id, grantId: grant.id, chargeId: charge.transfer.id, holdId: held.id };
}

/** Somebody bought something of their machine, and paid by card. */
async function makeOrder(rt: Runtime, { orderId, machineId, productId, organizationId }: Pick<Tenant, "orderId" | "machineId" | "productId" | "organizationId">): Promise<void> {
  const at = rt.clock.now();
  const money = { payment: "card", paymentState: "captured", provider: "test", currency: "USD", amountMinor: 1, capturedMinor: 1, total: 1n, captured: 1n };
  await rt.db.prisma.machineOrder.create({
    data: {
      id: orderId, machineId, organizationId, ...money, status: "dispensed", secretHash: orderId, receiptNumber: `O-${orderId}`, expiresAt: at, createdAt: at, paidAt: at, endedAt: at, updatedAt: at,
      lines: { create: { id: newId("orderLine"), position: 0, slot: "A1", productId, name: "Secret product", sku: "SECRET", price: 1n, priceMinor: 1, state: "dispensed" } },
    },
  });
}

/** A firmware, and a rollout of it that is planned. */
async function makeRollout(rt: Runtime, { firmwareId, rolloutId, machineId }: Pick<Tenant, "firmwareId" | "rolloutId" | "machineId">): Promise<void> {
  const at = rt.clock.now();
  const manifest = { project: firmwareId, version: "1.0.0", chip: "ESP32-S3", size: 1_024, sha256: "0".repeat(64), secure_version: 0, created_at: at.toISOString() };
  await rt.db.prisma.firmware.create({
    data: { id: firmwareId, project: firmwareId, version: "1.0.0", chip: "ESP32-S3", secureVersion: 0, idfVersion: "v5.5", sizeBytes: 1_024, sha256: manifest.sha256, storageKey: `firmware/${firmwareId}.bin`, manifest, signature: "none", createdAt: at },
  });
  await rt.db.prisma.rollout.create({
    data: { id: rolloutId, firmwareId, name: "Planned", status: "draft", target: { machineIds: [machineId] }, steps: [{ percent: 100 }], successThreshold: 95, failureThreshold: 10, createdAt: at, updatedAt: at },
  });
}

/** A rule of theirs that fires, on a machine whose other alerts are muted. */
async function makeAlert(rt: Runtime, { alertRuleId, alertId, muteId, machineId, organizationId, userId }: Pick<Tenant, "alertRuleId" | "alertId" | "muteId" | "machineId" | "organizationId" | "userId">): Promise<void> {
  const at = rt.clock.now();
  const { prisma } = rt.db;
  await prisma.alertRule.create({
    data: { id: alertRuleId, organizationId, name: "Secret rule", kind: "offline", severity: "warning", condition: { kind: "offline", forSeconds: 300 }, createdAt: at, updatedAt: at },
  });
  await prisma.alert.create({ data: { id: alertId, ruleId: alertRuleId, machineId, organizationId, state: "firing", severity: "warning", startedAt: at, firedAt: at } });
  await prisma.alertMute.create({ data: { id: muteId, machineId, reason: "Secret", until: new Date(at.getTime() + 3_600_000), userId, createdAt: at } });
}

/** Of a month before the account had entries: the ledger's next statement goes on after it. */
async function makeStatement(rt: Runtime, id: string, organizationId: string): Promise<void> {
  const nothing = { paid: "0", promotional: "0" };
  const [periodStart, periodEnd] = [new Date("2028-01-01T00:00:00Z"), new Date("2028-02-01T00:00:00Z")];
  const number = `S-2028-${(await rt.db.prisma.statement.count() + 1).toString().padStart(8, "0")}`;
  await rt.db.prisma.statement.create({
    data: { id, organizationId, number, period: "2028-01", periodStart, periodEnd, fromVersion: 0n, toVersion: 0n, opening: 0n, closing: 0n, totals: { opening: nothing, closing: nothing, kinds: [] }, createdAt: rt.clock.now() },
  });
}
