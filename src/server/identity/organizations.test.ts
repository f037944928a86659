import { afterAll, beforeAll, expect, test } from "vitest";
import { updateOrganizationInput } from "#shared/identity/schema.ts";
import { isTimeZone } from "#shared/schema.ts";
import { makePerson } from "#server/testing/people.ts";
import { createTestRuntime, type TestRuntime } from "#server/testing/runtime.ts";
import { listOrganizations, timeZoneOf, updateOrganization } from "./organizations.ts";

let rt: TestRuntime;
beforeAll(async () => {
  rt = await createTestRuntime();
});
afterAll(() => rt.close());

test("a time zone is one of the IANA's, not a difference to UTC", () => {
  expect(["UTC", "Asia/Seoul", "America/Argentina/Ushuaia", "Etc/GMT+5"].map(isTimeZone)).toEqual([true, true, true, true]);
  expect(["", "+09:00", "Mars/Olympus", "Asia/Seoul ", "../etc/passwd"].map(isTimeZone)).toEqual([false, false, false, false, false]);
});

test("an organization has its own time zone, or the installation's; changes are in the audit log, once each", async () => {
  const person = await makePerson(rt);
  const { organizationId, actor } = person;
  const installation = rt.config.expiryTimeZone;
  expect((await listOrganizations(rt, actor)).data).toMatchObject([{ id: organizationId, timeZone: null, effectiveTimeZone: installation }]);
  const set = (timeZone: string | null | undefined) => updateOrganization(rt, actor, { timeZone });
  expect(await set("Asia/Seoul")).toMatchObject({ id: organizationId, timeZone: "Asia/Seoul", effectiveTimeZone: "Asia/Seoul" });
  expect((await listOrganizations(rt, actor)).data).toMatchObject([{ timeZone: "Asia/Seoul", effectiveTimeZone: "Asia/Seoul" }]);
  expect(await timeZoneOf(rt, rt.db.prisma, organizationId)).toBe("Asia/Seoul");
  await set(undefined);
  await set("Asia/Seoul");
  expect(await set(null)).toMatchObject({ timeZone: null, effectiveTimeZone: installation });
  const entries = await rt.db.prisma.auditEntry.findMany({ where: { organizationId, action: "organization.update" }, orderBy: { id: "asc" } });
  expect(entries.map(({ actorId, before, after }) => ({ actorId, before, after }))).toEqual([
    { actorId: person.userId, before: { timeZone: null }, after: { timeZone: "Asia/Seoul" } },
    { actorId: person.userId, before: { timeZone: "Asia/Seoul" }, after: { timeZone: null } },
  ]);
});

test("a zone that no computer knows any more counts as none", async () => {
  const { organizationId } = await makePerson(rt);
  await rt.db.prisma.organization.update({ where: { id: organizationId }, data: { timeZone: "Atlantis/Capital" } });
  expect(await timeZoneOf(rt, rt.db.prisma, organizationId)).toBe(rt.config.expiryTimeZone);
  await expect(timeZoneOf(rt, rt.db.prisma, "org_none")).rejects.toMatchObject({ code: "NOT_FOUND" });
});

test("what is not a time zone is not taken", async () => {
  const { organizationId: id } = await makePerson(rt);
  for (const timeZone of ["Berlin", "", "+02:00", 2]) expect(updateOrganizationInput.safeParse({ id, timeZone }).success).toBe(false);
});
