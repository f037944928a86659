import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { AppError } from "#shared/errors.ts";
import { loginOutput, signupInput } from "#shared/identity/schema.ts";
import { availableCredits } from "#server/billing/credits.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { makePerson } from "#server/testing/people.ts";
import { createTestRuntime, type TestRuntime } from "#server/testing/runtime.ts";
import { authenticate } from "./authenticate.ts";
import { demoAccounts } from "./demo-accounts.ts";
import { purgeIdentity } from "./jobs.ts";
import { seedDemoAccounts } from "./seed.ts";
import { demoSignIn, login, signInBrowser, signup } from "./sign-in.ts";

let rt: TestRuntime;
let ip = 0;
const PASSWORD = "correct horse battery";
const DAY_MS = 86_400_000;
let meta = { ip: "", userAgent: "curl/8", requestId: "req_test" };
beforeAll(async () => {
  rt = await createTestRuntime();
});
beforeEach(() => {
  ip += 1;
  meta = { ...meta, ip: `198.51.100.${ip}` };
});
afterAll(() => rt.close());

const failure = (promise: Promise<unknown>): Promise<Pick<AppError, "code" | "message" | "extras"> | null> =>
  promise.then(
    () => null,
    (error: unknown) => {
      if (error instanceof AppError) return { code: error.code, message: error.message, extras: error.extras };
      throw error;
    },
  );
const attempts = async (email: string) => (await rt.db.prisma.authAttempt.findMany({ where: { email }, orderBy: { id: "asc" } })).map((row) => (row.succeeded ? `ok:${row.reason}` : row.reason));

test("signing up makes a user, an organization with its owner, the welcome grant and a session", async () => {
  const result = await signup(rt, meta, signupInput.parse({ email: "  Ada@Example.COM ", password: PASSWORD, name: "Ada" }));
  expect(loginOutput.parse(result)).toEqual(result);
  expect(result.user).toMatchObject({ email: "ada@example.com", name: "Ada", role: null, tier: "free", credits: "25000000", preferences: { locale: "en", theme: "auto" } });
  expect(result.user.permissions).toContain("vm:create");
  expect(await availableCredits(rt, result.user.organizationId)).toBe(25_000_000n);
  const found = await authenticate(rt, { authorization: `Bearer ${result.token}`, cookie: null, ip: "", requestId: "" });
  expect(found?.actor).toMatchObject({ userId: result.user.id, memberships: [{ organizationId: result.user.organizationId, role: "owner", personal: true }] });
  const audit = await rt.db.prisma.auditEntry.findFirstOrThrow({ where: { subjectId: result.user.id } });
  expect(audit).toMatchObject({ action: "user.signup", actorName: "ada@example.com", ip: meta.ip, requestId: "req_test", organizationId: result.user.organizationId });
  expect(await attempts("ada@example.com")).toEqual(["ok:signup"]);
});

test("an address in use is refused, in whatever case", async () => {
  const { email } = await makePerson(rt);
  const refused = await failure(signup(rt, meta, signupInput.parse({ email: email.toUpperCase(), password: PASSWORD })));
  expect(refused).toMatchObject({ code: "EMAIL_TAKEN", extras: { details: [{ field: "email" }] } });
  expect(await attempts(email)).toEqual(["email_taken"]);
});

test("of many who sign up with one address at once, one succeeds and nothing of the others is left", async () => {
  const before = { organizations: await rt.db.prisma.organization.count(), accounts: await rt.db.prisma.ledgerAccount.count({ where: { kind: "customer" } }), sessions: await rt.db.prisma.session.count() };
  const results = await Promise.all(Array.from({ length: 6 }, () => failure(signup(rt, meta, signupInput.parse({ email: "race@example.com", password: PASSWORD })))));
  expect(results.filter((result) => result === null)).toHaveLength(1);
  expect(results.filter((result) => result?.code === "EMAIL_TAKEN")).toHaveLength(5);
  expect(await rt.db.prisma.organization.count()).toBe(before.organizations + 1);
  expect(await rt.db.prisma.ledgerAccount.count({ where: { kind: "customer" } })).toBe(before.accounts + 1);
  expect(await rt.db.prisma.session.count()).toBe(before.sessions + 1);
});

test("logging in gives tokens and the profile, and leaves its entry in the audit log", async () => {
  const person = await makePerson(rt, { password: PASSWORD, welcome: 7n });
  const result = await login(rt, meta, { email: person.email, password: PASSWORD });
  expect(loginOutput.parse(result)).toEqual(result);
  expect(result).toMatchObject({ expiresIn: 3_600, user: { id: person.userId, credits: "7", organizationId: person.organizationId } });
  const entries = await rt.db.prisma.auditEntry.findMany({ where: { actorId: person.userId, action: "user.login" } });
  expect(entries).toMatchObject([{ subjectType: "session", after: { kind: "token" }, ip: meta.ip }]);
  expect(JSON.stringify(entries)).not.toContain(PASSWORD);
});

test("the answer is the same whether the password is wrong, the user unknown or disabled", async () => {
  const person = await makePerson(rt, { password: PASSWORD });
  const disabled = await makePerson(rt, { password: PASSWORD });
  await rt.db.prisma.user.update({ where: { id: disabled.userId }, data: { disabledAt: rt.clock.now() } });
  const answers = [
    await failure(login(rt, meta, { email: person.email, password: "wrong" })),
    await failure(login(rt, meta, { email: "nobody@example.com", password: PASSWORD })),
    await failure(login(rt, meta, { email: disabled.email, password: PASSWORD })),
  ];
  expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
  expect(answers[0]).toMatchObject({ code: "UNAUTHORIZED", extras: {} });
  expect([await attempts(person.email), await attempts("nobody@example.com"), await attempts(disabled.email)]).toEqual([["wrong_credentials"], ["wrong_credentials"], ["disabled"]]);
});

test("failures slow down, then lock, over all processes and for unknown users alike; the lock ends", async () => {
  for (const email of [(await makePerson(rt, { password: PASSWORD })).email, "ghost@example.com"]) {
    let slowed = 0;
    for (let failures = 0; failures < 10; ) {
      const process: Runtime = { ...rt };
      const answer = await failure(login(process, meta, { email, password: "wrong" }));
      if (answer?.code === "UNAUTHORIZED") failures += 1;
      else {
        expect(answer).toMatchObject({ code: "RATE_LIMITED", extras: { retryAfter: 2 ** (failures - 3) } });
        slowed += 1;
        rt.clock.advance((answer?.extras.retryAfter ?? 0) * 1_000);
      }
    }
    expect(slowed).toBe(7);
    expect(await failure(login(rt, meta, { email, password: PASSWORD }))).toMatchObject({ code: "RATE_LIMITED", extras: { retryAfter: 900 } });
    rt.clock.advance(899_000);
    expect(await failure(login(rt, meta, { email, password: PASSWORD }))).toMatchObject({ code: "RATE_LIMITED", extras: { retryAfter: 1 } });
    rt.clock.advance(1_000);
    const after = await failure(login(rt, meta, { email, password: PASSWORD }));
    expect(after?.code ?? "signed in").toBe(email.startsWith("ghost") ? "UNAUTHORIZED" : "signed in");
  }
});

test("a lock of one address leaves the owner at another alone", async () => {
  const person = await makePerson(rt, { password: PASSWORD });
  await rt.db.prisma.authAttempt.createMany({ data: Array.from({ length: 10 }, (_, i) => ({ id: `lock${i}`, email: person.email, ip: "203.0.113.66", succeeded: false, reason: "wrong_credentials", at: rt.clock.now() })) });
  expect(await failure(login(rt, { ...meta, ip: "203.0.113.66" }, { email: person.email, password: PASSWORD }))).toMatchObject({ code: "RATE_LIMITED" });
  expect(await failure(login(rt, meta, { email: person.email, password: PASSWORD }))).toBeNull();
});

test("guesses sent all at once get no further than guesses one by one", async () => {
  const person = await makePerson(rt, { password: PASSWORD });
  const answers = await Promise.all(Array.from({ length: 30 }, (_, i) => failure(login({ ...rt }, meta, { email: person.email, password: `guess ${i}` }))));
  expect(answers.filter((answer) => answer?.code === "UNAUTHORIZED").length).toBeLessThanOrEqual(10);
  expect(answers.filter((answer) => answer?.code === "RATE_LIMITED").length).toBeGreaterThanOrEqual(20);
});

test("a browser's sign-in: null for wrong credentials, an error when locked, a session else", async () => {
  const person = await makePerson(rt, { password: PASSWORD });
  expect(await signInBrowser(rt, { email: person.email, password: "wrong" }, meta)).toBeNull();
  expect(await signInBrowser(rt, { email: "not an address", password: PASSWORD }, meta)).toBeNull();
  const session = await signInBrowser(rt, { email: ` ${person.email.toUpperCase()}`, password: PASSWORD }, meta);
  expect(session).toEqual({ userId: person.userId, sessionId: expect.stringMatching(/^ses_/), email: person.email, name: person.actor.name });
  expect(await rt.db.prisma.session.findUniqueOrThrow({ where: { id: session?.sessionId ?? "" } })).toMatchObject({ kind: "browser", userId: person.userId, ip: meta.ip });
  await rt.db.prisma.authAttempt.createMany({ data: Array.from({ length: 10 }, (_, i) => ({ id: `b${i}`, email: person.email, ip: meta.ip, succeeded: false, reason: "wrong_credentials", at: new Date(rt.clock.now().getTime() + 1) })) });
  expect(await failure(signInBrowser(rt, { email: person.email, password: PASSWORD }, meta))).toMatchObject({ code: "RATE_LIMITED" });
});

test("one-click sign-in is for demo accounts in the demo alone", async () => {
  const { accounts } = await seedDemoAccounts(rt);
  const person = await makePerson(rt);
  for (const account of accounts) {
    expect(await demoSignIn(rt, account.id, meta)).toMatchObject({ userId: account.id, email: account.email });
    expect((await login(rt, meta, { email: account.email, password: account.password })).user.role ?? "customer").toBe(account.role);
  }
  expect(await demoSignIn(rt, person.userId, meta)).toBeNull();
  const production: Runtime = { ...rt, config: { ...rt.config, mode: "production" } };
  expect(await demoAccounts(production)).toEqual([]);
  for (const account of accounts) expect(await demoSignIn(production, account.id, meta)).toBeNull();
});

test("attempts are kept for 90 days", async () => {
  const count = () => rt.db.prisma.authAttempt.count();
  const all = await count();
  rt.clock.advance(89 * DAY_MS);
  await purgeIdentity(rt);
  expect(await count()).toBe(all);
  rt.clock.advance(2 * DAY_MS);
  await purgeIdentity(rt);
  expect(await count()).toBe(0);
});
