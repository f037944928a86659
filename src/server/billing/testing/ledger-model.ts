/**
 * The ledger told again, as plainly as it can be: what its tests compare the database with. It knows nothing of SQL, locks or keys; it answers
 * each call with the error code it expects, or with undefined, and keeps what must be so afterwards.
 */
export interface ModelLot {
  /** of the transfer that brought it */
  id: string;
  priority: number;
  expiresAt: number | null;
  createdAt: number;
  remaining: bigint;
}

export interface ModelTransfer {
  id: string;
  kind: string;
  from: ModelAccount | null;
  to: ModelAccount | null;
  amount: bigint;
  reversed: bigint;
  /** what it took of each lot, less what reversals have put back */
  uses: Map<ModelLot, bigint>;
}

export interface ModelHold {
  account: ModelAccount;
  amount: bigint;
  expiresAt: number | null;
  status: "pending" | "posted" | "voided" | "expired";
}

export class ModelAccount {
  readonly lots: ModelLot[] = [];
  held = 0n;

  get balance(): bigint {
    return this.lots.reduce((sum, lot) => sum + lot.remaining, 0n);
  }

  get available(): bigint {
    return this.balance - this.held;
  }

  /** Takes from the lots in the order of spending. */
  spend(amount: bigint): Map<ModelLot, bigint> {
    const uses = new Map<ModelLot, bigint>();
    let missing = amount;
    for (const lot of this.lots.toSorted(bySpending)) {
      const taken = missing < lot.remaining ? missing : lot.remaining;
      if (taken === 0n) continue;
      lot.remaining -= taken;
      uses.set(lot, taken);
      missing -= taken;
    }
    return uses;
  }
}

export function bySpending(a: ModelLot, b: ModelLot): number {
  return a.priority - b.priority || (a.expiresAt ?? Infinity) - (b.expiresAt ?? Infinity) || a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1);
}

type Refusal = "INVALID_REQUEST" | "INSUFFICIENT_CREDITS" | "CONFLICT";

/** What a transfer must answer. Null for an account is the system. */
export function refusalOfTransfer(from: ModelAccount | null, amount: bigint): Refusal | undefined {
  if (amount <= 0n) return "INVALID_REQUEST";
  return from && from.available < amount ? "INSUFFICIENT_CREDITS" : undefined;
}

export function applyTransfer(of: Omit<ModelTransfer, "reversed" | "uses"> & { terms?: { priority: number; expiresAt: number | null }; at: number }): ModelTransfer {
  const { id, kind, from, to, amount, terms, at } = of;
  const uses = from ? from.spend(amount) : new Map<ModelLot, bigint>();
  to?.lots.push({ id, priority: terms?.priority ?? 50, expiresAt: terms?.expiresAt ?? null, createdAt: at, remaining: amount });
  return { id, kind, from, to, amount, reversed: 0n, uses };
}

/** What a reversal must answer: an error, or how much it gives back. */
export function reversible(original: ModelTransfer, amount: bigint, upTo: boolean): Refusal | bigint {
  if (amount <= 0n || original.kind === "reversal") return "INVALID_REQUEST";
  const unreversed = original.amount - original.reversed;
  const brought = original.to?.lots.find((lot) => lot.id === original.id);
  const available = original.to ? smallest(unreversed, brought?.remaining ?? 0n, original.to.available) : unreversed;
  const given = upTo ? smallest(amount, available) : amount;
  if (given > unreversed) return "CONFLICT";
  return given > available ? "INSUFFICIENT_CREDITS" : given;
}

export function applyReversal(id: string, original: ModelTransfer, given: bigint): ModelTransfer {
  original.reversed += given;
  const brought = original.to?.lots.find((lot) => lot.id === original.id);
  if (brought) brought.remaining -= given;
  let missing = given;
  for (const lot of [...original.uses.keys()].toSorted(bySpending).toReversed()) {
    const returned = smallest(missing, original.uses.get(lot) ?? 0n);
    lot.remaining += returned;
    original.uses.set(lot, (original.uses.get(lot) ?? 0n) - returned);
    missing -= returned;
  }
  return { id, kind: "reversal", from: original.to, to: original.from, amount: given, reversed: 0n, uses: new Map() };
}

/** What posting a hold must answer. */
export function refusalOfPost(hold: ModelHold, parts: readonly bigint[], at: number): Refusal | undefined {
  if (parts.length === 0 || parts.some((part) => part <= 0n)) return "INVALID_REQUEST";
  if (hold.status !== "pending" || (hold.expiresAt !== null && hold.expiresAt <= at)) return "CONFLICT";
  return parts.reduce((sum, part) => sum + part, 0n) > hold.amount ? "INVALID_REQUEST" : undefined;
}

/** Gives a pending hold back, or makes it ready to be posted. */
export function resolveHold(hold: ModelHold, status: "posted" | "voided" | "expired"): void {
  hold.account.held -= hold.amount;
  hold.status = status;
}

export function smallest(...values: bigint[]): bigint {
  return values.reduce((least, value) => (value < least ? value : least));
}
