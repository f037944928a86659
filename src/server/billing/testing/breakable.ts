import type { Database } from "#server/infra/database.ts";

/** A database whose connection breaks instead of sending its nth statement from now: to the server that is a client killed between two statements. */
export function breakable(database: Database): { after: (statements: number) => void; broke: () => boolean } {
  let left = Number.POSITIVE_INFINITY;
  if (!("pool" in database.raw)) throw new Error("this needs PostgreSQL");
  const wrapped = new WeakSet<object>();
  database.raw.pool.on("acquire", (client) => {
    if (wrapped.has(client)) return;
    wrapped.add(client);
    const query = client.query.bind(client) as (...values: unknown[]) => unknown;
    client.query = ((...values: unknown[]) => {
      left -= 1;
      // The socket is in no type of the driver's.
      if (left === 0) (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
      return query(...values);
    }) as typeof client.query;
  });
  return {
    after(statements) {
      left = statements;
    },
    broke: () => left <= 0,
  };
}
