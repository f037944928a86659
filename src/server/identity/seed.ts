import { AppError } from "#shared/errors.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { recordAudit } from "#server/platform/audit.ts";
import { createAccount } from "./accounts.ts";
import { DEMO_ADMIN, DEMO_CUSTOMER, DEMO_EMAILS, type DemoAccount, demoAccounts, type DemoPerson } from "./demo-accounts.ts";
import { hashPassword } from "./passwords.ts";
import { findUserByEmail, hasPlatformRole, setDisabled } from "./repository.ts";

/** For the API and the sign-in form. */
const DEMO_PASSWORD = "switchyard-demo";

/** Makes the demo's accounts where they are missing. @returns all of them, and the customer whom the rest of the demo's data belongs to */
export async function seedDemoAccounts(rt: Runtime): Promise<{ accounts: (DemoAccount & { password: string })[]; customer: { userId: string; organizationId: string } }> {
  if (rt.config.mode !== "demo") throw new Error("demo accounts are for the demo");
  for (const person of [DEMO_ADMIN, DEMO_CUSTOMER]) await createOnce(rt, person, DEMO_PASSWORD);
  await setDisabled(rt, DEMO_EMAILS, null);
  const accounts = await demoAccounts(rt);
  const customer = accounts.find((account) => account.email === DEMO_CUSTOMER.email);
  if (!customer) throw new Error("the demo's customer has no account");
  return { accounts: accounts.map((account) => ({ ...account, password: DEMO_PASSWORD })), customer: { userId: customer.id, organizationId: customer.organizationId } };
}

/**
 * For production. Shuts the demo's accounts, whose password everybody knows, in a database that was a demo's before.
 * Makes the administrator of ADMIN_EMAIL and ADMIN_PASSWORD when there is no such account. One that is there stays as it is: its password may have
 * been changed since, and an account that somebody made for themselves must not become an administrator's by its address.
 */
export async function ensureAdmin(rt: Runtime): Promise<void> {
  const shut = await setDisabled(rt, DEMO_EMAILS, rt.clock.now());
  if (shut > 0) rt.log.warn({ accounts: shut }, "this database was a demo's: its accounts are disabled now");
  const { admin } = rt.config;
  if (admin) await createOnce(rt, { email: admin.email.toLowerCase(), name: "Administrator", platformRole: "admin", welcome: 0n }, admin.password);
  if (await hasPlatformRole(rt, "admin")) return;
  rt.log.warn(
    admin
      ? "nobody administers this installation: the account of ADMIN_EMAIL is a customer's; set ADMIN_EMAIL to an address without an account and start again"
      : "nobody administers this installation: set ADMIN_EMAIL and ADMIN_PASSWORD and start again",
  );
}

async function createOnce(rt: Runtime, person: DemoPerson, password: string): Promise<void> {
  if (await findUserByEmail(rt.db.prisma, person.email)) return;
  const passwordHash = await hashPassword(password);
  try {
    await createAccount(rt, { ...person, phoneNumber: null, passwordHash }, async (tx, user, organizationId) =>
      recordAudit(tx, { kind: "system", name: "seed", requestId: "" }, { action: "user.create", subjectType: "user", subjectId: user.id, organizationId, at: rt.clock.now() }),
    );
    rt.log.info({ email: person.email, role: person.platformRole }, "account created");
  } catch (error) {
    // Another process that starts at the same time was faster.
    if (!(error instanceof AppError && error.code === "EMAIL_TAKEN")) throw error;
  }
}
