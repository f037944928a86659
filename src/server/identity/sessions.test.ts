import { afterAll, beforeAll, expect, test } from "vitest";
import { AppError } from "#shared/errors.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { makePerson } from "#server/testing/people.ts";
import { createTestRuntime, type TestRuntime } from "#server/testing/runtime.ts";
import { authenticate } from "./authenticate.ts";
import { purgeIdentity } from "./jobs.ts";
import { endBrowserSession, endSession, listSessions, logout, openSession, refresh } from "./sessions.ts";

let rt: TestRuntime;
const meta = { ip: "192.0.2.7", userAgent: "curl/8", requestId: "req_test" };
const DAY_MS = 86_400_000;
beforeAll(async () => {
  rt = await createTestRuntime();
});
afterAll(() => rt.close());

const codeOf = (promise: Promise<unknown>): Promise<string> => promise.then(() => "resolved", (error: unknown) => (error instanceof AppError ? error.code : `unexpected: ${String(error)}`));
const actions = async (subjectId: string) => (await rt.db.prisma.auditEntry.findMany({ where: { subjectId }, orderBy: { id: "asc" } })).map((entry) => entry.action);
const whoIs = (token: string, runtime: Runtime = rt) => authenticate(runtime, { authorization: `Bearer ${token}`, cookie: null, ip: "192.0.2.7", requestId: "r" });

test("a refresh rotates: new tokens work, and again", async () => {
  const person = await makePerson(rt);
  const first = await refresh(rt, meta, person.refreshToken);
  const second = await refresh(rt, meta, first.refreshToken);
  expect(new Set([person.refreshToken, first.refreshToken, second.refreshToken]).size).toBe(3);
  expect(second.expiresIn).toBe(3_600);
  expect((await whoIs(second.token))?.actor).toMatchObject({ userId: person.userId, email: person.email, sessionId: person.actor.sessionId });
});

test("only hashes of refresh tokens are stored", async () => {
  const person = await makePerson(rt);
  const rows = await rt.db.prisma.refreshToken.findMany({ where: { sessionId: person.actor.sessionId } });
  expect(rows.map((row) => row.tokenHash)).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/)]);
  expect(JSON.stringify(rows)).not.toContain(person.refreshToken);
});

test("a used refresh token ends the whole family, once in the audit log", async () => {
  const person = await makePerson(rt);
  const { token, refreshToken } = await refresh(rt, meta, person.refreshToken);
  expect(await whoIs(token)).not.toBeNull();
  expect(await codeOf(refresh(rt, meta, person.refreshToken))).toBe("UNAUTHORIZED");
  expect(await whoIs(token)).toBeNull();
  expect(await codeOf(refresh(rt, meta, refreshToken))).toBe("UNAUTHORIZED");
  expect(await codeOf(refresh(rt, meta, person.refreshToken))).toBe("UNAUTHORIZED");
  expect(await actions(person.actor.sessionId)).toEqual(["session.token_reuse"]);
  const row = await rt.db.prisma.session.findUniqueOrThrow({ where: { id: person.actor.sessionId } });
  expect(row).toMatchObject({ revokedAt: rt.clock.now(), revokedReason: "token_reuse" });
});

test("of two refreshes at the same moment exactly one wins, and the other ends the session", async () => {
  for (let round = 0; round < 5; round += 1) {
    const person = await makePerson(rt);
    const results = await Promise.allSettled([refresh(rt, meta, person.refreshToken), refresh({ ...rt }, meta, person.refreshToken)]);
    const won = results.filter((result) => result.status === "fulfilled");
    expect(won).toHaveLength(1);
    for (const { value } of won) expect(await codeOf(refresh(rt, meta, value.refreshToken))).toBe("UNAUTHORIZED");
    expect(await listSessions(rt, person.actor)).toEqual({ data: [] });
  }
});

test.each([null, "", "swr_unknown", "eyJhbGciOi"])("%j is not a refresh token", async (bearer) => {
  expect(await codeOf(refresh(rt, meta, bearer))).toBe("UNAUTHORIZED");
});

test("a refresh token ends after 30 days without use, and is extended by use up to 180 days", async () => {
  const person = await makePerson(rt);
  const idle = await makePerson(rt);
  const start = rt.clock.now().getTime();
  let { refreshToken } = person;
  for (let day = 29; day < 180; day += 29) {
    rt.clock.set(new Date(start + day * DAY_MS));
    ({ refreshToken } = await refresh(rt, meta, refreshToken));
  }
  expect(await codeOf(refresh(rt, meta, idle.refreshToken))).toBe("UNAUTHORIZED");
  rt.clock.set(new Date(start + 180 * DAY_MS));
  expect(await codeOf(refresh(rt, meta, refreshToken))).toBe("UNAUTHORIZED");
  // That was its age, no theft.
  expect(await actions(person.actor.sessionId)).toEqual([]);
});

test("a disabled user gets no new tokens", async () => {
  const person = await makePerson(rt);
  await rt.db.prisma.user.update({ where: { id: person.userId }, data: { disabledAt: rt.clock.now() } });
  expect(await codeOf(refresh(rt, meta, person.refreshToken))).toBe("UNAUTHORIZED");
});

test("logging out ends the session's tokens at once, and says so in the audit log", async () => {
  const person = await makePerson(rt);
  const { token, refreshToken } = await refresh(rt, meta, person.refreshToken);
  const found = await whoIs(token);
  if (!found) throw new Error("not signed in");
  await logout(rt, found.actor);
  expect(await whoIs(token)).toBeNull();
  expect(await codeOf(refresh(rt, meta, refreshToken))).toBe("UNAUTHORIZED");
  await logout(rt, found.actor);
  expect(await actions(person.actor.sessionId)).toEqual(["session.logout"]);
});

test("another process learns of it within five seconds", async () => {
  const person = await makePerson(rt);
  const other: Runtime = { ...rt };
  const { token } = await refresh(rt, meta, person.refreshToken);
  expect(await whoIs(token, other)).not.toBeNull();
  await logout(rt, person.actor);
  rt.clock.advance(4_999);
  expect(await whoIs(token, other)).not.toBeNull();
  rt.clock.advance(1);
  expect(await whoIs(token, other)).toBeNull();
});

test("people see their own sessions and end them, not others'", async () => {
  const [person, stranger] = [await makePerson(rt), await makePerson(rt)];
  rt.clock.advance(60_000);
  const browser = await openSession(rt.db.prisma, { id: person.userId }, "browser", { ip: "192.0.2.9", userAgent: "Mozilla" }, rt.clock.now());
  const { data } = await listSessions(rt, person.actor);
  expect(data).toMatchObject([
    { id: browser.id, kind: "browser", userAgent: "Mozilla", ip: "192.0.2.9", current: false },
    { id: person.actor.sessionId, kind: "token", current: true },
  ]);
  expect(await codeOf(endSession(rt, stranger.actor, browser.id))).toBe("NOT_FOUND");
  await endSession(rt, person.actor, browser.id);
  expect(await codeOf(endSession(rt, person.actor, browser.id))).toBe("NOT_FOUND");
  expect((await listSessions(rt, person.actor)).data.map((session) => session.id)).toEqual([person.actor.sessionId]);
  expect(await actions(browser.id)).toEqual(["session.revoke"]);
});

test("signing a browser out does not touch a program's session", async () => {
  const person = await makePerson(rt);
  await endBrowserSession(rt, person.actor.sessionId);
  await endBrowserSession(rt, "ses_00000000000000000000000000");
  expect((await listSessions(rt, person.actor)).data).toHaveLength(1);
});

test("the purge removes what ended a week ago, with its tokens, and nothing that lives", async () => {
  const [old, living] = [await makePerson(rt), await makePerson(rt)];
  rt.clock.advance(29 * DAY_MS);
  const { refreshToken } = await refresh(rt, meta, living.refreshToken);
  rt.clock.advance(9 * DAY_MS);
  await purgeIdentity(rt);
  expect(await rt.db.prisma.session.count({ where: { userId: old.userId } })).toBe(0);
  expect(await rt.db.prisma.refreshToken.count({ where: { sessionId: old.actor.sessionId } })).toBe(0);
  await refresh(rt, meta, refreshToken);
});
