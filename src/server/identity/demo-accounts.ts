import { credits } from "#shared/credits.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import type { NewAccount } from "./accounts.ts";
import { findUsersWithHome } from "./repository.ts";

/** People of the demo; production has none of them (seed.ts shuts their accounts there). */
export type DemoPerson = Pick<NewAccount, "email" | "name" | "platformRole" | "welcome">;

export const DEMO_ADMIN: DemoPerson = { email: "admin@demo.switchyard.example", name: "Sam Porter", platformRole: "admin", welcome: credits(100) };
export const DEMO_CUSTOMER: DemoPerson = { email: "ada@demo.switchyard.example", name: "Ada Lovelace", platformRole: null, welcome: credits(500) };
export const DEMO_EMAILS: readonly string[] = [DEMO_ADMIN.email, DEMO_CUSTOMER.email];

export interface DemoAccount {
  id: string;
  email: string;
  /** role on the platform, or "customer" */
  role: string;
  organizationId: string;
}

/** Accounts with one-click sign-in; none in production, whatever the database holds. */
export async function demoAccounts(rt: Runtime): Promise<DemoAccount[]> {
  if (rt.config.mode !== "demo") return [];
  const rows = await findUsersWithHome(rt, DEMO_EMAILS);
  return DEMO_EMAILS.flatMap((email) => {
    const row = rows.find((candidate) => candidate.email === email);
    return row?.organizationId ? [{ id: row.id, email, role: row.platformRole ?? "customer", organizationId: row.organizationId }] : [];
  });
}
