import { afterAll, beforeAll, expect, it } from "vitest";
import { customerDetailOutput } from "#shared/platform/schema.ts";
import { newId } from "#shared/ids.ts";
import { seedCatalog } from "#server/compute/seed.ts";
import { createTestRuntime, type TestRuntime } from "#server/testing/runtime.ts";
import { makeTenant } from "#server/testing/tenant.ts";
import { getCustomer } from "./customers.ts";

let rt: TestRuntime;
beforeAll(async () => {
  rt = await createTestRuntime();
  await seedCatalog(rt);
});
afterAll(() => rt.close());

it("says whose an organization is, and what it holds", async () => {
  const [tenant, other] = [await makeTenant(rt), await makeTenant(rt)];
  const customer = customerDetailOutput.parse(await getCustomer(rt, tenant));
  const account = await rt.db.prisma.ledgerAccount.findFirstOrThrow({ where: { organizationId: tenant.organizationId } });
  expect(customer).toMatchObject({ organizationId: tenant.organizationId, owner: { id: tenant.userId, email: tenant.email }, vmCount: 1, credits: { balance: account.balance.toString(), held: account.held.toString() } });
  expect((await getCustomer(rt, other)).owner?.id).toBe(other.userId);
});

it("knows no organization that there is not", async () => {
  await expect(getCustomer(rt, { organizationId: newId("organization") })).rejects.toMatchObject({ code: "NOT_FOUND" });
});
