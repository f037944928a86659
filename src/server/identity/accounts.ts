import { AppError } from "#shared/errors.ts";
import { newId } from "#shared/ids.ts";
import type { PlatformRole } from "#shared/permissions.ts";
import { openCustomerAccount } from "#server/billing/accounts.ts";
import type { Tx } from "#server/infra/events.ts";
import type { User } from "#server/infra/prisma/client.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";
import { insertOrganization, insertUser, isEmailTaken } from "./repository.ts";

export interface NewAccount {
  email: string;
  name: string;
  phoneNumber: string | null;
  passwordHash: string;
  platformRole: PlatformRole | null;
  /** micro-credits to begin with */
  welcome: bigint;
}

/**
 * A user with an organization of their own, its account in the ledger and the credits to begin with, all in one transaction. `then` belongs to it too.
 * @throws AppError EMAIL_TAKEN, also when two come with one address at the same moment: the database decides
 */
export async function createAccount<T>(rt: Runtime, account: NewAccount, then: (tx: Tx, user: User, organizationId: string) => Promise<T>): Promise<T> {
  const { welcome, ...data } = account;
  const at = rt.clock.now();
  const userId = newId("user");
  const organizationId = newId("organization");
  try {
    return await transact(rt, async (tx) => {
      const user = await insertUser(tx, { id: userId, ...data, createdAt: at, updatedAt: at });
      await insertOrganization(tx, { id: organizationId, name: account.name, personal: true, createdAt: at }, { userId, role: "owner" });
      await openCustomerAccount(tx, rt, { organizationId, welcome, at });
      return then(tx, user, organizationId);
    });
  } catch (error) {
    if (isEmailTaken(error)) throw emailTaken();
    throw error;
  }
}

export function emailTaken(): AppError {
  return new AppError("EMAIL_TAKEN", undefined, { details: [{ field: "email", message: "is in use already" }] });
}
