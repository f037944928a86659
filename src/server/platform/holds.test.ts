import { afterAll, beforeAll, expect, it } from "vitest";
import { holdListOutput } from "#shared/billing/admin.ts";
import { newId } from "#shared/ids.ts";
import { expireHold, hold, postHold } from "#server/billing/ledger.ts";
import { systemAccount } from "#server/billing/system-accounts.ts";
import { seedCatalog } from "#server/compute/seed.ts";
import { transact } from "#server/infra/runtime.ts";
import { makePerson } from "#server/testing/people.ts";
import { createTestRuntime, type TestRuntime } from "#server/testing/runtime.ts";
import { makeTenant, type Tenant } from "#server/testing/tenant.ts";
import { listHolds, voidLeftoverHold } from "./holds.ts";

let rt: TestRuntime;
let tenant: Tenant;
let admin: Tenant["actor"];
beforeAll(async () => {
  rt = await createTestRuntime();
  await seedCatalog(rt);
  tenant = await makeTenant(rt);
  admin = (await makePerson(rt, { platformRole: "admin" })).actor;
});
afterAll(() => rt.close());

const underWay = (status: string) => rt.db.prisma.operation.update({ where: { id: tenant.operationId }, data: { status } });
const giveBack = (id: string) => voidLeftoverHold(rt, admin, { id, reason: "Left over" });
const statusOf = async (id: string) => (await rt.db.prisma.hold.findUniqueOrThrow({ where: { id } })).status;
const reserve = async (expiresAt?: Date) => {
  const account = await rt.db.prisma.ledgerAccount.findFirstOrThrow({ where: { organizationId: tenant.organizationId } });
  const made = await transact(rt, (tx) => hold(tx, { key: newId("event"), accountId: account.id, amount: 5n, subject: { type: "other", id: newId("vm") }, ...(expiresAt ? { expiresAt } : {}), at: rt.clock.now() }));
  return { made, account };
};

it("lists what is held, by whom, and whether its operation is still under way", async () => {
  await underWay("running");
  const list = holdListOutput.parse(await listHolds(rt, { page: 1, limit: 10 }));
  expect(list.data).toMatchObject([{ id: tenant.holdId, organizationId: tenant.organizationId, amount: "1000000", subjectId: tenant.vmId, underWay: true, expiresAt: null }]);
  expect(list.data[0]?.organizationName).not.toBe("");
  await underWay("failed");
  expect((await listHolds(rt, { page: 1, limit: 10 })).data).toMatchObject([{ underWay: false }]);
  expect((await listHolds(rt, { page: 2, limit: 10 })).data).toEqual([]);
  expect((await listHolds(rt, { page: 1, limit: 10, organizationId: tenant.organizationId })).data).toHaveLength(1);
  expect((await listHolds(rt, { page: 1, limit: 10, organizationId: newId("organization") })).data).toEqual([]);
});

it.each(["queued", "running"])("gives none back whose operation is %s", async (status) => {
  await underWay(status);
  await expect(giveBack(tenant.holdId)).rejects.toMatchObject({ code: "INVALID_STATE" });
  expect(await statusOf(tenant.holdId)).toBe("pending");
});

it("gives one back that was left over, once, with an audit entry", async () => {
  await underWay("failed");
  expect(await giveBack(tenant.holdId)).toEqual({ id: tenant.holdId, status: "voided" });
  expect(await giveBack(tenant.holdId)).toEqual({ id: tenant.holdId, status: "voided" });
  expect(await rt.db.prisma.auditEntry.findMany({ where: { subjectId: tenant.holdId } })).toMatchObject([{ action: "credits.hold.void", organizationId: tenant.organizationId, after: { reason: "Left over", amount: "1000000" } }]);
  expect((await listHolds(rt, { page: 1, limit: 10 })).pagination.total).toBe(0);
});

it("refuses one that was posted or does not exist, and says of one that expired that it has", async () => {
  const { made, account } = await reserve();
  await transact(rt, (tx) => postHold(tx, { holdId: made.id, kind: "usage", to: systemAccount("revenue", account.id), parts: [{ key: newId("event"), amount: 5n }], subject: { type: "vm", id: "vm_1" }, at: rt.clock.now() }));
  await expect(giveBack(made.id)).rejects.toMatchObject({ code: "CONFLICT" });
  await expect(giveBack(newId("hold"))).rejects.toMatchObject({ code: "NOT_FOUND" });
  const short = await reserve(new Date(rt.clock.now().getTime() + 1_000));
  rt.clock.advance(1_000);
  await transact(rt, (tx) => expireHold(tx, short.made.id, rt.clock.now()));
  expect(await giveBack(short.made.id)).toEqual({ id: short.made.id, status: "expired" });
});
