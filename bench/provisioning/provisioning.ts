import { createHash, randomBytes } from "node:crypto";
import { availableParallelism, loadavg } from "node:os";
import pg from "pg";
import { newId } from "#shared/ids.ts";
import type { SystemActor } from "../../src/server/identity/actor.ts";
import { applyMigrations, readMigrations } from "../../src/server/infra/migrations.ts";
import type { Runtime } from "../../src/server/infra/runtime.ts";
import { createBatch } from "../../src/server/machines/batches/batches.ts";
import { issueBatch } from "../../src/server/machines/batches/issue.ts";
import { seedMachineTemplates } from "../../src/server/machines/seed.ts";
import { cpuSeconds, postgresCpu } from "../support/cpu.ts";
import { median, type Report } from "../support/report.ts";
import { openRuntime } from "../support/runtime.ts";

const MACHINES = 1_000;
const SLOTS = 48;
const ROUNDS = 3;
const AIM_SECONDS = 10;

const ACTOR: SystemActor = { kind: "system", name: "bench", requestId: "bench" };

/**
 * A file of a thousand machines, from its text to rows, slots and claim tokens, with the checks, events and audit entries of each, and then with labels and manufacturing files; beside
 * the same numbers of rows put into bare tables, in one transaction, by one statement for each table.
 */
export async function benchProvisioning(options: { databaseUrl: string; seconds: number }): Promise<Report> {
  const rt = await openRuntime({ DATABASE_URL: options.databaseUrl, LOG_LEVEL: "error", DATA_DIR: "memory" });
  await applyMigrations(rt.db, await readMigrations(process.cwd()));
  await seedMachineTemplates(rt);
  const pool = new pg.Pool({ connectionString: options.databaseUrl, max: 1 });
  await pool.query(`create table bare_machine (id text primary key, organization_id text not null, name text not null, slug text not null unique, serial text not null unique, address text not null, latitude float8, longitude float8);
    create table bare_slot (machine_id text not null, code text not null, "row" int not null, "column" int not null, capacity int not null, primary key (machine_id, code));
    create table bare_token (id text primary key, machine_id text not null, token_hash text not null unique)`);
  const made: Record<"rows" | "issued" | "bare", number[]> = { rows: [], issued: [], bare: [] };
  const cpuOfPostgres = await postgresCpu(rt.db);
  const cpu: Record<"program" | "postgres", number[]> = { program: [], postgres: [] };
  for (let round = 0; round < ROUNDS; round += 1) {
    made.bare.push(await secondsOf(() => bareInserts(pool)));
    const organizationId = await addOrganization(rt);
    const before = { program: cpuSeconds(process.pid), postgres: cpuOfPostgres() };
    let id = "";
    made.rows.push(await secondsOf(async () => void ({ id } = await createBatch(rt, ACTOR, { organizationId, csv: fileOf(round), fileName: "bench.csv", onlyGood: false }))));
    made.issued.push(await secondsOf(() => issueBatch(rt, ACTOR, { id, language: "ko" })));
    cpu.program.push(cpuSeconds(process.pid) - before.program);
    cpu.postgres.push(cpuOfPostgres() - before.postgres);
    await check(rt, organizationId);
  }
  await pool.end();
  await rt.close();
  const [rows, issued, bare] = [median(made.rows), median(made.issued), median(made.bare)];
  return {
    title: `Provisioning ${MACHINES.toLocaleString("en")} machines of ${SLOTS} slots by one file on PostgreSQL (median of ${ROUNDS}), ${availableParallelism()} processors, load ${loadavg()[0]?.toFixed(1)}`,
    figures: [
      { name: "file checked, machines and slots made", value: `${rows.toFixed(2)} s` },
      { name: "claim tokens, sheets of labels and manufacturing files", value: `${issued.toFixed(2)} s` },
      { name: "processor time of both", value: `${median(cpu.program).toFixed(1)} s of the program, ${median(cpu.postgres).toFixed(1)} s of the database` },
      { name: "bare inserts of machines, slots and token hashes", value: `${bare.toFixed(2)} s; machines and slots took ${(rows / bare).toFixed(0)} times as long` },
    ],
    ratios: [{ name: "seconds in all", value: rows + issued, aim: AIM_SECONDS, unit: "absolute", lower: true }],
  };
}

function fileOf(round: number): string {
  const rows = Array.from({ length: MACHINES }, (_, index) => `역사 판매기 ${round}-${index},SN-${round}-${index},"세종대로 ${index}, 1층",37.${index},127.${index},snack-6x8,wifi,guest`);
  return `name,serial,address,latitude,longitude,template,network,wifi_ssid\n${rows.join("\n")}\n`;
}

async function addOrganization(rt: Runtime): Promise<string> {
  const id = newId("organization");
  await rt.db.prisma.organization.create({ data: { id, name: "Bench", createdAt: rt.clock.now() } });
  return id;
}

/** A fast half is no result. */
async function check(rt: Runtime, organizationId: string): Promise<void> {
  const [counts] = await rt.db.query<{ machines: bigint; slots: bigint; tokens: bigint }>({
    text: `select (select count(*) from machine where organization_id = $1 and status = 'awaiting_claim') as machines, (select count(*) from slot join machine m on m.id = machine_id where m.organization_id = $1) as slots,
      (select count(*) from claim_token join machine m on m.id = machine_id where m.organization_id = $1) as tokens`,
    values: [organizationId],
  });
  if (Number(counts?.machines) !== MACHINES || Number(counts?.slots) !== MACHINES * SLOTS || Number(counts?.tokens) !== MACHINES) throw new Error(`made ${counts?.machines} machines, ${counts?.slots} slots, ${counts?.tokens} tokens`);
}

async function bareInserts(pool: pg.Pool): Promise<void> {
  const ids = Array.from({ length: MACHINES }, () => newId("machine"));
  const client = await pool.connect();
  try {
    await client.query("begin");
    await client.query("insert into bare_machine select id, 'org', 'name ' || n, 'slug-' || id, 'serial-' || id, 'address ' || n, 37.5, 127 from unnest($1::text[]) with ordinality as m (id, n)", [ids]);
    await client.query(`insert into bare_slot select m.id, chr(64 + r) || c, r, c, 10 from unnest($1::text[]) as m (id) cross join generate_series(1, 6) r cross join generate_series(1, ${SLOTS / 6}) c`, [ids]);
    const hashes = ids.map(() => createHash("sha256").update(randomBytes(16)).digest("hex"));
    await client.query("insert into bare_token select 'clm_' || t.id, t.id, t.hash from unnest($1::text[], $2::text[]) as t (id, hash)", [ids, hashes]);
    await client.query("commit");
  } finally {
    client.release();
  }
}

async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const begin = performance.now();
  await work();
  return (performance.now() - begin) / 1_000;
}
