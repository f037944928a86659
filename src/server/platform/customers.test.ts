import { afterAll, beforeAll, expect, it } from "vitest";
import { customerDetailOutput } from "#shared/platform/schema.ts";
import { newId } from "#shared/ids.ts";
import { seedCatalog } from "#server/compute/seed.ts";
import { createTestRuntime, type TestRuntime } from "#server/testing/runtime.ts";
import { makeTenant } from "#server/testing/tenant.ts";
import { getCustomer, listCustomers } from "./customers.ts";

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

it("finds a customer by part of an e-mail or of a name, and by the id of the account or of its organization", async () => {
  const [tenant, other] = [await makeTenant(rt), await makeTenant(rt)];
  await rt.db.prisma.organization.update({ where: { id: tenant.organizationId }, data: { name: "Harbour_Kiosks" } });
  const found = async (search: string) => (await listCustomers(rt, { page: 1, limit: 50, search })).data.map((customer) => customer.organizationId);
  expect(await found("bour_kio")).toEqual([tenant.organizationId]);
  // What is a pattern to the database is a letter to who searches.
  expect(await found("Harbour%Kiosks")).toEqual([]);
  expect(await found(tenant.email)).toEqual([tenant.organizationId]);
  expect(await found(tenant.userId)).toEqual([tenant.organizationId]);
  expect(await found(other.organizationId)).toEqual([other.organizationId]);
});
