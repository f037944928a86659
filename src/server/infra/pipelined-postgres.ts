import pg from "pg";

/** Connections on which statements follow one another without waiting for answers. */
export interface PipelinedPostgres {
  /** @param statement of one round: no cursor, no transaction around it. Its error is its own, those before and behind it are not touched. */
  query(statement: pg.QueryConfig): Promise<pg.QueryResult>;
  /** Waits for the answers that are still to come. */
  close(): Promise<void>;
}

interface Line {
  client: pg.Client;
  opened: Promise<unknown>;
  waiting: number;
  /** when it was last idle or answered */
  heardAt: number;
}

/** So many wait on a connection before another is opened. */
const FULL = 16;

/**
 * A few connections in pipeline mode (node-postgres.com/features/pipelining; PostgreSQL 55.2.4): where a pool wakes a server process for each statement, here one that is awake
 * takes the next from its socket. That waking is the dearest part of a short statement. The price is that a statement waits for all before it on its connection, so only
 * short ones belong here. A connection that breaks fails what was on it, and the next statement opens another; so does one that answers nothing for `silenceMs`: a network
 * that swallows packets must not hold all that come after.
 */
export function createPipelinedPostgres(config: pg.ClientConfig, { most, silenceMs }: { most: number; silenceMs: number }, prepare: (client: pg.Client) => Promise<unknown>): PipelinedPostgres {
  const lines = new Set<Line>();
  let closed = false;
  // One look at all costs less than a timer for each statement.
  const sweep = setInterval(() => {
    for (const line of lines) {
      if (line.waiting === 0 || performance.now() - line.heardAt < silenceMs) continue;
      lines.delete(line);
      line.client.connection.stream.destroy();
    }
  }, Math.min(1_000, silenceMs)).unref();

  const open = (): Line => {
    const client = new pg.Client({ ...config, pipeline: true });
    const gone = (): void => void lines.delete(line);
    // Its statements hear of it themselves.
    client.on("error", gone);
    client.on("end", gone);
    const opened = client.connect().then(() => prepare(client));
    opened.catch(() => {
      gone();
      // What connected and could not be prepared.
      client.end().catch(() => {});
    });
    const line = { client, opened, waiting: 0, heardAt: 0 };
    lines.add(line);
    return line;
  };

  /** One is filled before another is opened: an awake server process costs less than two that are woken in turn. */
  const choose = (): Line => {
    let least: Line | undefined;
    for (const line of lines) {
      if (line.waiting < FULL) return line;
      if (!least || line.waiting < least.waiting) least = line;
    }
    return least && lines.size >= most ? least : open();
  };

  return {
    async query(statement) {
      if (closed) throw new Error("the database is closed");
      const line = choose();
      if (line.waiting === 0) line.heardAt = performance.now();
      line.waiting += 1;
      try {
        await line.opened;
        return await line.client.query(statement);
      } finally {
        line.waiting -= 1;
        line.heardAt = performance.now();
      }
    },
    async close() {
      closed = true;
      clearInterval(sweep);
      await Promise.all([...lines].map(({ client, opened }) => opened.then(() => client.end(), () => {})));
    },
  };
}
