import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newId } from "#shared/ids.ts";
import { organizationPermissions } from "#shared/permissions.ts";
import { seedCatalog } from "#server/compute/seed.ts";
import type { UserActor } from "#server/identity/actor.ts";
import { givePrices, makeOffer, type Offer } from "#server/testing/offer.ts";
import { makePerson } from "#server/testing/people.ts";
import { createTestRuntime, type TestRuntime } from "#server/testing/runtime.ts";
import { makeTenant, type Tenant } from "#server/testing/tenant.ts";
import { type Context, readWritten } from "./context.ts";
import { setOutputParsing, toAppError } from "./init.ts";
import { BILLING_RULES } from "./testing/billing-rules.ts";
import { COMPUTE_RULES, UPGRADE } from "./testing/compute-rules.ts";
import { IDENTITY_RULES } from "./testing/identity-rules.ts";
import { MACHINES_RULES } from "./testing/machines-rules.ts";
import type { Rules } from "./testing/rules.ts";

// Outputs are parsed here, so that what a procedure gives is what its schema says. It has to be asked for before the routers are loaded.
setOutputParsing(true);
const { appRouter, createCaller } = await import("./root.ts");

/**
 * Who may call what (DESIGN.md, invariant 5): every procedure stands in this table, and is walked as nobody, as a stranger with the ids of somebody
 * else's things, as a member without the permission, and as one who may. An input is made of the victim's ids and valid by its schema, so that the refusal
 * is about who asks; the victim's own call with the same input shows that the ids are good.
 */
const MATRIX: Rules = { ...IDENTITY_RULES, ...BILLING_RULES, ...COMPUTE_RULES, ...MACHINES_RULES };

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
      const verdict = await call(path, null, null, rule.input(victim, offer));
      expect(verdict.status).toBe(200);
      expectNothingOf(victim, verdict);
    });
    return;
  }

  if (rule.who === "proven") {
    test("refused without proof, signed in or not", async () => {
      for (const actor of [null, stranger.actor]) expect((await call(path, actor, null, rule.input(victim, offer))).status).toBe(rule.refusal);
    });
    return;
  }

  test("nobody: 401", async () => {
    for (const organizationId of [null, victim.organizationId]) {
      expect(await call(path, null, organizationId, rule.input(victim, offer))).toMatchObject({ status: 401, code: "UNAUTHORIZED" });
    }
  });

  if (rule.who === "self") {
    test("a stranger gets their own, and nothing of the victim's", async () => {
      const caller = await makeTenant(rt);
      const verdict = await call(path, caller.actor, null, rule.input(victim, offer));
      expect(verdict.status).toBe(rule.refusal ?? 200);
      expectNothingOf(victim, verdict);
      expectNothingOf(victim, await call(path, caller.actor, victim.organizationId, rule.input(victim, offer)));
      // The victim is still there, and signed in.
      expect((await call("identity.sessions", victim.actor, null, undefined)).answer).toContain(victim.actor.sessionId);
    });
    test("the victim may", async () => {
      const owner = await makeTenant(rt);
      expectAllowed(await call(path, owner.actor, null, rule.input(owner, offer)));
    });
    return;
  }

  if (rule.who === "platform") {
    test("a customer, owner of what it is about: 403", async () => {
      for (const actor of [victim.actor, stranger.actor]) {
        expect(await call(path, actor, null, rule.input(victim, offer))).toMatchObject({ status: 403, requiredPermission: rule.permission });
      }
    });
    test("a role that is not in the table: 403", async () => {
      expect(await call(path, { ...stranger.actor, platformRole: "constructor" }, null, rule.input(victim, offer))).toMatchObject({ status: 403, requiredPermission: rule.permission });
    });
    test("an administrator may", async () => {
      const owner = await makeTenant(rt);
      const admin = await makePerson(rt, { platformRole: "admin" });
      expectAllowed(await call(path, admin.actor, null, rule.input(owner, offer)));
    });
    return;
  }

  test("a stranger in the victim's organization: 404", async () => {
    expect(await call(path, stranger.actor, victim.organizationId, rule.input(victim, offer))).toMatchObject({ status: 404 });
  });

  test(rule.names ? "a stranger with the victim's ids: 404" : "a stranger sees nothing of the victim's", async () => {
    const verdict = await call(path, stranger.actor, null, rule.input(victim, offer));
    if (rule.names) expect(verdict).toMatchObject({ status: 404, code: "NOT_FOUND" });
    // A filter by somebody else's thing finds nothing, or says that there is none.
    else expect([200, 404]).toContain(verdict.status);
    expectNothingOf(victim, verdict);
  });

  test("an administrator of the platform is a stranger here too", async () => {
    const admin = await makePerson(rt, { platformRole: "admin" });
    expect(await call(path, admin.actor, victim.organizationId, rule.input(victim, offer))).toMatchObject({ status: 404 });
  });

  test(`a member without ${rule.permission}: 403`, async () => {
    expect(await call(path, withRole(victim, "constructor"), null, rule.input(victim, offer))).toMatchObject({ status: 403, requiredPermission: rule.permission });
    const asViewer = await call(path, withRole(victim, "viewer"), null, rule.input(victim, offer));
    if (organizationPermissions("viewer").includes(rule.permission)) expectAllowed(asViewer);
    else expect(asViewer).toMatchObject({ status: 403, requiredPermission: rule.permission });
  });

  test("the owner may", async () => {
    const owner = await makeTenant(rt);
    expectAllowed(await call(path, owner.actor, null, rule.input(owner, offer)));
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
