import type { Tx } from "#server/infra/events.ts";
import type { Runtime } from "#server/infra/runtime.ts";

/** A process that dies before its nth statement: nothing of it reaches the database from then on, and its open transaction is rolled back. */
export function cutBefore(rt: Runtime, nth: number): { rt: Runtime; died: () => boolean } {
  let left = nth;
  const spend = (): void => {
    left -= 1;
    if (left <= 0) throw new Error("the process was killed");
  };
  /** Calls of a client, and of the models it has, each spend a statement. */
  const counting = <T extends object>(client: T, transaction?: (work: (tx: Tx) => Promise<unknown>) => Promise<unknown>): T =>
    new Proxy(client, {
      get(target, name) {
        if (name === "$transaction" && transaction) return transaction;
        const value: unknown = Reflect.get(target, name);
        if (typeof value === "function") {
          return (...values: unknown[]) => {
            spend();
            return (value as (...all: unknown[]) => unknown).apply(target, values);
          };
        }
        return value !== null && typeof value === "object" ? counting(value) : value;
      },
    });
  const { prisma } = rt.db;
  const transaction = async (work: (tx: Tx) => Promise<unknown>): Promise<unknown> => {
    const result = await prisma.$transaction((tx) => work(counting(tx)));
    // Killed right behind its commit.
    spend();
    return result;
  };
  return {
    rt: {
      ...rt,
      db: {
        ...rt.db,
        prisma: counting(prisma, transaction),
        query: async (statement) => {
          spend();
          return rt.db.query(statement);
        },
      },
    },
    died: () => left <= 0,
  };
}
