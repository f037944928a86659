import type { z } from "zod";
import { credits } from "#shared/credits.ts";
import { AppError } from "#shared/errors.ts";
import { loginInput, type loginOutput, type signupInput } from "#shared/identity/schema.ts";
import type { User } from "#server/infra/prisma/client.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";
import { recordAudit } from "#server/platform/audit.ts";
import { createAccount, emailTaken } from "./accounts.ts";
import { insertAttempt, settleAttempt } from "./attempt-repository.ts";
import { beginAttempt, failAttempt } from "./attempts.ts";
import { demoAccounts } from "./demo-accounts.ts";
import { hashPassword, verifyPassword } from "./passwords.ts";
import { profileOf } from "./profile.ts";
import { findUserByEmail, getUser } from "./repository.ts";
import { type NewSession, openSession, tokensOf } from "./sessions.ts";
import { type RequestMeta, userActor } from "./user-actor.ts";

/** What the browser's cookie is made from. */
export interface BrowserSession {
  userId: string;
  sessionId: string;
  email: string;
  name: string;
}

type LoginOutput = z.output<typeof loginOutput>;

/** A new user, signed in. @throws AppError EMAIL_TAKEN */
export async function signup(rt: Runtime, meta: RequestMeta, input: z.output<typeof signupInput>): Promise<LoginOutput> {
  const { email } = input;
  const at = rt.clock.now();
  // The unique index decides; asking first only spares the hashing. That an address is in use is no secret here (API.md).
  const taken = (await findUserByEmail(rt.db.prisma, email)) !== null;
  const account = {
    email,
    name: input.name ?? email.slice(0, email.indexOf("@")).slice(0, 80),
    phoneNumber: input.phoneNumber ?? null,
    platformRole: null,
    welcome: credits(rt.config.welcomeCredits),
  };
  try {
    if (taken) throw emailTaken();
    const passwordHash = await hashPassword(input.password);
    const made = await createAccount(rt, { ...account, passwordHash }, async (tx, user, organizationId) => {
      const session = await openSession(tx, user, "token", meta, at);
      await insertAttempt(tx, { email, ip: meta.ip, succeeded: true, reason: "signup", at });
      await recordAudit(tx, userActor(user, session.id, [], meta), { action: "user.signup", subjectType: "user", subjectId: user.id, organizationId, at });
      return { user, session };
    });
    return await answer(rt, made.user, made.session);
  } catch (error) {
    if (error instanceof AppError && error.code === "EMAIL_TAKEN") await insertAttempt(rt.db.prisma, { email, ip: meta.ip, succeeded: false, reason: "email_taken", at });
    throw error;
  }
}

/** Signs a program in. @throws AppError UNAUTHORIZED, the same whatever was wrong; RATE_LIMITED after too many failures */
export async function login(rt: Runtime, meta: RequestMeta, input: z.output<typeof loginInput>): Promise<LoginOutput> {
  const { user, session } = await withPassword(rt, meta, input, "token");
  return answer(rt, user, session);
}

/**
 * Signs a browser in. @returns null when the e-mail address or the password is wrong
 * @throws AppError RATE_LIMITED after too many failures
 */
export async function signInBrowser(rt: Runtime, credentials: { email: string; password: string }, meta: RequestMeta): Promise<BrowserSession | null> {
  const parsed = loginInput.safeParse(credentials);
  if (!parsed.success) return null;
  try {
    const { user, session } = await withPassword(rt, meta, parsed.data, "browser");
    return browserSession(user, session);
  } catch (error) {
    if (error instanceof AppError && error.code === "UNAUTHORIZED") return null;
    throw error;
  }
}

/** One click: a browser session of a demo account. @returns null for any other user, and outside the demo */
export async function demoSignIn(rt: Runtime, userId: string, meta: RequestMeta): Promise<BrowserSession | null> {
  if (!(await demoAccounts(rt)).some((account) => account.id === userId)) return null;
  const user = await getUser(rt.db.prisma, userId);
  if (!user || user.disabledAt) return null;
  return browserSession(user, await open(rt, user, "browser", meta, null));
}

async function withPassword(rt: Runtime, meta: RequestMeta, input: { email: string; password: string }, kind: "browser" | "token"): Promise<{ user: User; session: NewSession }> {
  const attempt = await beginAttempt(rt, input.email, meta.ip);
  const user = await findUserByEmail(rt.db.prisma, input.email);
  const right = await verifyPassword(user?.passwordHash ?? null, input.password).catch(async (error: unknown) => {
    await failAttempt(rt, attempt, "busy");
    throw error;
  });
  if (!right || !user || user.disabledAt) {
    await failAttempt(rt, attempt, right ? "disabled" : "wrong_credentials");
    throw new AppError("UNAUTHORIZED", "The e-mail address or the password is wrong.");
  }
  return { user, session: await open(rt, user, kind, meta, attempt) };
}

async function open(rt: Runtime, user: User, kind: "browser" | "token", meta: RequestMeta, attempt: string | null): Promise<NewSession> {
  const at = rt.clock.now();
  return transact(rt, async (tx) => {
    const session = await openSession(tx, user, kind, meta, at);
    if (attempt) await settleAttempt(tx, attempt, { succeeded: true, reason: null });
    else await insertAttempt(tx, { email: user.email, ip: meta.ip, succeeded: true, reason: "demo", at });
    await recordAudit(tx, userActor(user, session.id, [], meta), { action: "user.login", subjectType: "session", subjectId: session.id, organizationId: null, after: { kind }, at });
    return session;
  });
}

async function answer(rt: Runtime, user: User, session: NewSession): Promise<LoginOutput> {
  if (session.refreshToken === null) throw new Error("a program's session has a refresh token");
  const [tokens, profile] = await Promise.all([tokensOf(rt, user.id, { id: session.id, refreshToken: session.refreshToken }), profileOf(rt, user, null)]);
  return { ...tokens, user: profile };
}

function browserSession(user: User, session: NewSession): BrowserSession {
  return { userId: user.id, sessionId: session.id, email: user.email, name: user.name };
}
