/** The system's accounts come sixteen of a kind, so that charges of different customers don't queue on one row. The migration seeds them. */
const SHARDS = 16;

/**
 * The account of the kind that a customer's account deals with: always the same one, so that a repeated call has the same content.
 * @param customerAccountId its last character is random base 32 (TypeID)
 */
export function systemAccount(kind: "revenue" | "promotion", customerAccountId: string): string {
  const shard = (customerAccountId.codePointAt(customerAccountId.length - 1) ?? 0) % SHARDS;
  return `acc_${kind}_${shard.toString().padStart(2, "0")}`;
}
