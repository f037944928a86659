import type { PlatformRole } from "#shared/permissions.ts";
import { createAccount } from "#server/identity/accounts.ts";
import type { MemberActor } from "#server/identity/actor.ts";
import { hashPassword, UNKNOWN_USER_HASH } from "#server/identity/passwords.ts";
import { openSession } from "#server/identity/sessions.ts";
import type { Runtime } from "#server/infra/runtime.ts";

let count = 0;

export interface Person {
  userId: string;
  organizationId: string;
  email: string;
  /** signed in as a program, in the organization of their own */
  actor: MemberActor;
  refreshToken: string;
}

/**
 * A user with an organization, a ledger account and a session, as sign-up makes them.
 * @param options.password costs 26 ms of argon2; without one nobody can sign in with a password
 */
export async function makePerson(rt: Runtime, options: { email?: string; password?: string; platformRole?: PlatformRole; welcome?: bigint } = {}): Promise<Person> {
  count += 1;
  const email = options.email ?? `person${count}@test.example`;
  const name = `Person ${count}`;
  const platformRole = options.platformRole ?? null;
  const passwordHash = options.password === undefined ? UNKNOWN_USER_HASH : await hashPassword(options.password);
  return createAccount(rt, { email, name, phoneNumber: null, platformRole, passwordHash, welcome: options.welcome ?? 0n }, async (tx, user, organizationId) => {
    const session = await openSession(tx, user, "token", { ip: "192.0.2.1", userAgent: "test" }, rt.clock.now());
    const memberships = [{ organizationId, role: "owner", personal: true }];
    const actor: MemberActor = { kind: "user", userId: user.id, name, email, sessionId: session.id, platformRole, memberships, ip: "192.0.2.1", requestId: "", organizationId, role: "owner" };
    return { userId: user.id, organizationId, email, actor, refreshToken: session.refreshToken ?? "" };
  });
}
