import type { z } from "zod";
import type { publicInfoOutput } from "#shared/platform/schema.ts";
import { demoAccounts } from "#server/identity/demo-accounts.ts";
import type { Runtime } from "#server/infra/runtime.ts";

/** What the sign-in pages may know; demo accounts in demo mode alone. */
export async function getPublicInfo(rt: Runtime): Promise<z.output<typeof publicInfoOutput>> {
  const accounts = rt.config.mode === "demo" ? await demoAccounts(rt) : [];
  return { mode: rt.config.mode, welcomeCredits: rt.config.welcomeCredits, demoAccounts: accounts.map(({ id, email, role }) => ({ id, email, role })) };
}
