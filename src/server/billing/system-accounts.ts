/** The system's accounts come sixteen of a kind, so that charges of different customers don't queue on one row. The migration seeds them. */
const SHARDS = 16;

/**
 * revenue: what was charged; promotion: what is given, and comes back when it expires; settlement: what payments bring; breakage: paid credits that
 * expired; adjustment: corrections by administrators; sales: what was paid for goods out of machines.
 */
export type SystemAccountKind = "revenue" | "promotion" | "settlement" | "breakage" | "adjustment" | "sales";

/**
 * The account of the kind that a customer's account deals with: always the same one, so that a repeated call has the same content.
 * `ledger_expire_lot` computes the same.
 * @param customerAccountId its last character is random base 32 (TypeID)
 */
export function systemAccount(kind: SystemAccountKind, customerAccountId: string): string {
  const shard = (customerAccountId.codePointAt(customerAccountId.length - 1) ?? 0) % SHARDS;
  return `acc_${kind}_${shard.toString().padStart(2, "0")}`;
}
