import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { type PGlite, types as pgliteTypes } from "@electric-sql/pglite";
import { PrismaPg } from "@prisma/adapter-pg";
import { PrismaPGlite } from "pglite-prisma-adapter";
import pg from "pg";
import lockfile from "proper-lockfile";
import type { Config } from "./config.ts";
import { PipelinedPGlite } from "./pipelined-pglite.ts";
import { createPipelinedPostgres } from "./pipelined-postgres.ts";
import { PrismaClient } from "./prisma/client.ts";
import { StartupError } from "./startup-error.ts";

/** A statement with `$1` parameters. A name makes PostgreSQL plan it once for each connection: give one to what runs often. */
export interface Statement {
  name?: string;
  text: string;
  values?: readonly unknown[];
  /** It is always short, and may share a connection with others like it, each waiting for those before it: costs less under load (pipelined-postgres.ts). */
  short?: boolean;
}

/** The database, whichever it is: Prisma for the ordinary, `query` for what must be one fast statement. */
export interface Database {
  kind: "pglite" | "postgres";
  prisma: PrismaClient;
  /** bigint columns come as bigint, timestamps as Date. Never call it inside a Prisma transaction: on PGlite it would wait for itself. */
  query<Row>(statement: Statement): Promise<Row[]>;
  /** Several statements at once, without parameters. */
  exec(text: string): Promise<void>;
  /** PGlite itself, or the pool: for libraries that bring their own SQL. */
  raw: { pglite: PGlite } | { pool: pg.Pool; url: string };
  close(): Promise<void>;
}

const TRANSACTION = { maxWait: 15_000, timeout: 30_000 };

/**
 * Opens the database that the configuration names. PGlite is locked first: it would let a second process open the same files, and lose what that one wrote.
 * @throws StartupError when the folder is another process's, or the server does not answer within `databaseWaitSeconds`
 */
export async function openDatabase(config: Pick<Config, "databaseUrl" | "databasePoolSize" | "databaseWaitSeconds" | "dataDir" | "ephemeral">): Promise<Database> {
  if (config.databaseUrl) return openPostgres(config.databaseUrl, config.databasePoolSize, config.databaseWaitSeconds);
  if (config.ephemeral) return wrapPglite(await PipelinedPGlite.open());
  const folder = join(config.dataDir, "database");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const unlock = await lock(config.dataDir);
  try {
    const database = wrapPglite(await PipelinedPGlite.open({ dataDir: folder }));
    return {
      ...database,
      async close() {
        await database.close();
        await unlock();
      },
    };
  } catch (error) {
    await unlock();
    throw new StartupError(`the embedded database in ${folder} does not open: ${(error as Error).message}`);
  }
}

async function lock(dataDir: string): Promise<() => Promise<void>> {
  try {
    // A killed process stops touching its lock; after `stale` the next start takes it over.
    return await lockfile.lock(dataDir, { lockfilePath: join(dataDir, "lock"), stale: 10_000, update: 2_000, retries: { retries: 12, minTimeout: 1_000, maxTimeout: 1_000, factor: 1 } });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ELOCKED") {
      throw new StartupError(`the data folder ${dataDir} is in use by another Switchyard; stop that one or set DATA_DIR to another folder`);
    }
    throw error;
  }
}

/** A Database on an open PGlite. Its one session speaks UTC, whatever zone the process is in: Prisma's adapter writes times without a zone. */
export function wrapPglite(pglite: PGlite): Database {
  // Statements wait in line, so this one comes before any of ours; a failure would show at the next.
  pglite.exec("set time zone 'UTC'").catch(() => {});
  const prisma = new PrismaClient({ adapter: new PrismaPGlite(pglite), transactionOptions: TRANSACTION });
  const parsers = { [pgliteTypes.INT8]: (value: string) => BigInt(value) };
  return {
    kind: "pglite",
    prisma,
    raw: { pglite },
    query: async <Row>(statement: Statement) => (await pglite.query<Row>(statement.text, [...(statement.values ?? [])], { parsers })).rows,
    exec: async (text) => void (await pglite.exec(text)),
    async close() {
      await prisma.$disconnect();
      if (!pglite.closed) await pglite.close();
    },
  };
}

/** At most so many connections for short statements, beside the pool's. */
const SHORT_CONNECTIONS = 4;
/** They take a millisecond or two; a connection that answers none for so long hangs. */
const SHORT_SILENCE_MS = 10_000;

const INT8 = 20;
const pgTypes: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format: "text" | "binary") => (oid === INT8 && format !== "binary" ? BigInt : pg.types.getTypeParser(oid, format as "text"))) as typeof pg.types.getTypeParser,
};

async function openPostgres(url: string, poolSize: number, waitSeconds: number): Promise<Database> {
  const connection = { connectionString: url, connectionTimeoutMillis: 5_000, types: pgTypes };
  // Prisma's adapter writes and reads times without their zone: in a server with another zone than UTC they would be hours off.
  const onConnect = (client: pg.ClientBase): Promise<unknown> => client.query("set time zone 'UTC'");
  const pool = new pg.Pool({ ...connection, max: poolSize, onConnect });
  const pipelined = createPipelinedPostgres(connection, { most: SHORT_CONNECTIONS, silenceMs: SHORT_SILENCE_MS }, onConnect);
  // A connection that breaks while idle is replaced at its next use; without a listener it would end the process.
  pool.on("error", () => {});
  await waitForServer(pool, url, waitSeconds);
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool), transactionOptions: TRANSACTION });
  return {
    kind: "postgres",
    prisma,
    raw: { pool, url },
    async query<Row>({ short, ...statement }: Statement) {
      const way = short ? pipelined : pool;
      return (await way.query({ ...statement, values: statement.values as unknown[] })).rows as Row[];
    },
    exec: async (text) => void (await pool.query(text)),
    async close() {
      await prisma.$disconnect();
      await pipelined.close();
      if (!pool.ended) await pool.end();
    },
  };
}

async function waitForServer(pool: pg.Pool, url: string, waitSeconds: number): Promise<void> {
  const deadline = Date.now() + waitSeconds * 1_000;
  for (let delay = 200; ; delay = Math.min(delay * 2, 3_000)) {
    try {
      await pool.query("select 1");
      return;
    } catch (error) {
      const { host, pathname } = new URL(url);
      const code = (error as { code?: string }).code ?? "";
      // 28: wrong password; 3D000: no such database. Waiting does not mend those.
      if (code.startsWith("28") || code === "3D000" || Date.now() + delay > deadline) {
        await pool.end();
        throw new StartupError(`the database at ${host}${pathname} cannot be reached (${code || (error as Error).message}); tried for ${waitSeconds} s. Check DATABASE_URL and that the server runs`);
      }
      await new Promise((done) => setTimeout(done, delay));
    }
  }
}
