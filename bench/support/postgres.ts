import { randomBytes } from "node:crypto";
import pg from "pg";

/** A database of its own, in the same server: the size of tables and indexes is a part of what is measured. @returns its address */
export async function emptyDatabase(url: string): Promise<string> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const name = `bench_${randomBytes(4).toString("hex")}`;
  await client.query(`create database ${name}`);
  await client.end();
  const own = new URL(url);
  own.pathname = `/${name}`;
  return own.toString();
}
