import { newId } from "#shared/ids.ts";
import type { Tx } from "#server/infra/events.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { insertCustomerAccount } from "./account-repository.ts";
import { transfer } from "./ledger.ts";
import { systemAccount } from "./system-accounts.ts";

/**
 * Opens an organization's account, in the transaction that makes the organization, with credits to begin with.
 * @param input.welcome micro-credits; zero for none
 * @returns the account's id
 */
export async function openCustomerAccount(tx: Tx, rt: Pick<Runtime, "log">, input: { organizationId: string; welcome: bigint; at: Date }): Promise<string> {
  const { organizationId, welcome, at } = input;
  const id = newId("ledgerAccount");
  await insertCustomerAccount(tx, { id, organizationId, createdAt: at });
  if (welcome > 0n) {
    await transfer(tx, {
      key: `welcome:${organizationId}`,
      kind: "grant",
      from: systemAccount("promotion", id),
      to: id,
      amount: welcome,
      subject: { type: "organization", id: organizationId },
      description: "Welcome credits",
      at,
    });
  }
  rt.log.info({ organizationId, accountId: id, welcome: welcome.toString() }, "billing: account opened");
  return id;
}
