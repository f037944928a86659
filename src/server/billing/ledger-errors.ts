import { AppError, notFound } from "#shared/errors.ts";

/** The SQLSTATE and the text of a database error, whether it comes from a driver or through Prisma's adapters. */
function databaseError(error: unknown): { code: string; message: string } | undefined {
  if (typeof error !== "object" || error === null) return undefined;
  // Prisma: P2010 with the adapter's error in meta.driverAdapterError.cause. `pg` and PGlite: the SQLSTATE in `code`.
  const { code, message, meta } = error as { code?: unknown; message?: unknown; meta?: { driverAdapterError?: { cause?: { originalCode?: string; originalMessage?: string } } } };
  const cause = meta?.driverAdapterError?.cause;
  if (cause?.originalCode) return { code: cause.originalCode, message: cause.originalMessage ?? "" };
  return typeof code === "string" && typeof message === "string" ? { code, message } : undefined;
}

const INSUFFICIENT = /needed (\d+), available (-?\d+)/;
const LEFT = /only (\d+) of/;
/** What the ledger says of things it does not find; anything else that is missing is an account. */
const MISSING = ["hold", "transfer", "lot"] as const;

/** What the ledger's functions raise, as the error a caller gets; any other error as it is. */
export function translateLedgerError(error: unknown): unknown {
  const raised = databaseError(error);
  if (!raised) return error;
  switch (raised.code) {
    case "SY400":
      return new AppError("INVALID_REQUEST", undefined, {}, error);
    case "SY402": {
      const [, needed = "0", available = "0"] = INSUFFICIENT.exec(raised.message) ?? [];
      return new AppError("INSUFFICIENT_CREDITS", undefined, { needed, available }, error);
    }
    case "SY404":
      return notFound(MISSING.find((thing) => raised.message.includes(thing)) ?? "account");
    case "SY416": {
      const [, available = "0"] = LEFT.exec(raised.message) ?? [];
      return new AppError("CONFLICT", "There is less than that left to give back.", { available }, error);
    }
    case "SY409":
      if (/hold \S+ is expired/.test(raised.message)) return new AppError("CONFLICT", "The reservation of credits has expired.", { state: "expired" }, error);
      if (/ (?:has not expired|is not to expire yet)/.test(raised.message)) return new AppError("CONFLICT", "Its time is not over yet.", {}, error);
      return new AppError("CONFLICT", "This was recorded before, with other content.", {}, error);
    // A unique key: two calls raced with one key, or a part of a hold took the key of another transfer.
    case "23505":
      return new AppError("CONFLICT", "This was recorded before, with other content.", {}, error);
    case "22003":
      return new AppError("INVALID_REQUEST", "The amount is beyond what an account can hold.", {}, error);
    default:
      return error;
  }
}

/** The largest amount that the database can hold: a signed integer of 64 bits. */
const LARGEST = 2n ** 63n - 1n;

/**
 * An amount as the ledger takes it: micro-credits, above zero. Code without types could hand over a number, and a fraction with it.
 * @throws AppError INVALID_REQUEST
 */
export function requireAmount(amount: bigint): bigint {
  if (typeof amount !== "bigint" || amount <= 0n || amount > LARGEST) throw new AppError("INVALID_REQUEST", "The amount must be a whole number of micro-credits above zero.");
  return amount;
}
