import { afterAll, beforeAll, expect, test } from "vitest";
import { notFound } from "#shared/errors.ts";
import { profile } from "#shared/identity/schema.ts";
import { makePerson } from "#server/testing/people.ts";
import { createTestRuntime, type TestRuntime } from "#server/testing/runtime.ts";
import { authenticate } from "./authenticate.ts";
import { listOrganizations } from "./organizations.ts";
import { getProfile, updateProfile } from "./profile.ts";
import { tokensOf } from "./sessions.ts";

let rt: TestRuntime;
beforeAll(async () => {
  rt = await createTestRuntime();
});
afterAll(() => rt.close());

test("the profile is of one's own organization unless another is asked for, which one must belong to", async () => {
  const [person, other, stranger] = [await makePerson(rt, { welcome: 5n }), await makePerson(rt, { welcome: 9n }), await makePerson(rt)];
  await rt.db.prisma.membership.create({ data: { organizationId: other.organizationId, userId: person.userId, role: "viewer", createdAt: rt.clock.now() } });
  const own = await getProfile(rt, person.actor, null);
  expect(profile.parse(own)).toEqual(own);
  expect(own).toMatchObject({ organizationId: person.organizationId, credits: "5", role: null });
  const theirs = await getProfile(rt, person.actor, other.organizationId);
  expect(theirs).toMatchObject({ organizationId: other.organizationId, credits: "9" });
  expect(theirs.permissions).toContain("vm:read");
  expect(theirs.permissions).not.toContain("vm:create");
  await expect(getProfile(rt, person.actor, stranger.organizationId)).rejects.toEqual(notFound("organization"));
  expect((await listOrganizations(rt, person.actor)).data.map(({ id, role, personal }) => ({ id, role, personal }))).toEqual([
    { id: person.organizationId, role: "owner", personal: true },
    { id: other.organizationId, role: "viewer", personal: true },
  ]);
});

test("a platform role's permissions are in the profile", async () => {
  const admin = await makePerson(rt, { platformRole: "auditor" });
  const found = await getProfile(rt, admin.actor, null);
  expect(found.role).toBe("auditor");
  expect(found.permissions).toContain("platform:audit:read");
  expect(found.permissions).not.toContain("platform:credits:grant");
});

test("an update changes what is given and nothing else, is seen at once, and keeps personal data out of the audit log", async () => {
  const person = await makePerson(rt);
  const { token } = await tokensOf(rt, person.userId, { id: person.actor.sessionId, refreshToken: "" });
  const name = async () => (await authenticate(rt, { authorization: `Bearer ${token}`, cookie: null, ip: "", requestId: "" }))?.actor.name;
  expect(await name()).toBe(person.actor.name);
  const updated = await updateProfile(rt, person.actor, null, { name: "Grace", phoneNumber: "+82 2 555 0100", preferences: { theme: "dark" } });
  expect(updated).toMatchObject({ name: "Grace", phoneNumber: "+82 2 555 0100", preferences: { theme: "dark", locale: "en" } });
  expect(await name()).toBe("Grace");
  expect(await updateProfile(rt, person.actor, null, { phoneNumber: null })).toMatchObject({ name: "Grace", phoneNumber: null, preferences: { theme: "dark", locale: "en" } });
  const stranger = await makePerson(rt);
  await expect(updateProfile(rt, person.actor, stranger.organizationId, { name: "Nobody" })).rejects.toEqual(notFound("organization"));
  expect((await getProfile(rt, person.actor, null)).name).toBe("Grace");
  const entries = await rt.db.prisma.auditEntry.findMany({ where: { subjectId: person.userId, action: "user.update" } });
  expect(entries).toHaveLength(2);
  expect(JSON.stringify(entries)).not.toContain("555");
});
