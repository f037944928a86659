import { randomUUID } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { availableParallelism, loadavg } from "node:os";
import { newId } from "#shared/ids.ts";
import { chargeDue } from "../../src/server/billing/jobs.ts";
import { transferAlone } from "../../src/server/billing/ledger.ts";
import { systemAccount } from "../../src/server/billing/system-accounts.ts";
import type { Database } from "../../src/server/infra/database.ts";
import { applyMigrations, readMigrations } from "../../src/server/infra/migrations.ts";
import type { Runtime } from "../../src/server/infra/runtime.ts";
import { percentile, perSecond, type Report } from "../support/report.ts";
import { openRuntime } from "../support/runtime.ts";

const RESOURCES = 10_000;
const CLIENTS = 4;
const AIM_SECONDS = 10;

interface Customer {
  account: string;
  organizationId: string;
}

/**
 * One hour of 10 000 running resources, disk and compute each (20 000 charges), by one run of metering, while 4 clients of these same customers move credits; once they
 * belong to 2 500 customers, once to one.
 */
export async function benchAccrual(options: { databaseUrl: string; seconds: number }): Promise<Report> {
  const runtime = await openRuntime({ DATABASE_URL: options.databaseUrl, LOG_LEVEL: "error", DATA_DIR: "memory" });
  await applyMigrations(runtime.db, await readMigrations(process.cwd()));
  const start = Date.now();
  const at = (ms: number): Runtime => ({ ...runtime, clock: { now: () => new Date(start + ms) } });
  const many = await addCustomers(runtime.db, 2_500, RESOURCES / 2_500, new Date(start));
  const alone = await transfersUntil(runtime, many, sleep(options.seconds * 1_000));
  const spread = await measure(at(1), runtime, many);
  const one = await addCustomers(runtime.db, 1, RESOURCES, new Date(start + 1));
  const single = await measure(at(2), runtime, one);
  const again = await measureSeconds(() => chargeDue(at(3)));
  await runtime.close();
  const figures = (name: string, { seconds, cpu, during }: Measured) => [
    { name: `${name}: all charged in`, value: `${seconds.toFixed(1)} s (${perSecond((2 * RESOURCES) / seconds, "charges")})` },
    { name: "  processor time, with the transfers", value: `${cpu.program.toFixed(1)} s of the program, ${cpu.database.toFixed(1)} s of the database` },
    { name: "  transfers of these customers meanwhile", value: `${perSecond(during.rate, "transfers")}, 99 % within ${percentile(during.ms, 0.99).toFixed(0)} ms, the longest ${Math.max(...during.ms).toFixed(0)} ms` },
  ];
  return {
    title: `Accrual of an hour of ${RESOURCES.toLocaleString("en")} running resources on PostgreSQL, ${availableParallelism()} processors, load ${loadavg()[0]?.toFixed(1)}`,
    figures: [
      { name: "transfers without accrual", value: `${perSecond(alone.rate, "transfers")}, 99 % within ${percentile(alone.ms, 0.99).toFixed(0)} ms` },
      ...figures("2 500 customers with 4 each", spread),
      ...figures("one customer with all", single),
      { name: "the same run again, with nothing due", value: `${again.toFixed(2)} s` },
    ],
    ratios: [
      { name: "seconds, many customers", value: spread.seconds, aim: AIM_SECONDS, unit: "absolute", lower: true },
      { name: "seconds, one customer", value: single.seconds, aim: AIM_SECONDS, unit: "absolute", lower: true },
    ],
  };
}

interface Measured {
  seconds: number;
  /** processor time, of the program and of the database, with the transfers meanwhile */
  cpu: { program: number; database: number };
  during: Transfers;
}

interface Transfers {
  rate: number;
  ms: number[];
}

async function measure(rt: Runtime, plain: Runtime, customers: readonly Customer[]): Promise<Measured> {
  let seconds = 0;
  const before = await cpuNow(rt.db);
  const run = async (): Promise<void> => {
    const begin = performance.now();
    const { recorded, paid } = await chargeDue(rt);
    seconds = (performance.now() - begin) / 1_000;
    if (recorded !== 2 * RESOURCES || paid !== recorded) throw new Error(`recorded ${recorded} and paid ${paid} of ${2 * RESOURCES}`);
  };
  const during = await transfersUntil(plain, customers, run());
  return { seconds, during, cpu: await cpuSince(rt.db, before) };
}

async function transfersUntil(rt: Runtime, customers: readonly Customer[], end: Promise<unknown>): Promise<Transfers> {
  let ended = false;
  const ms: number[] = [];
  const client = async (nth: number): Promise<void> => {
    for (let i = nth; !ended; i += CLIENTS) {
      const account = customers[(i * 7) % customers.length]?.account ?? "";
      const begin = performance.now();
      await transferAlone(rt, { key: randomUUID(), kind: "adjustment", from: account, to: systemAccount("adjustment", account), amount: 1n, at: new Date() });
      ms.push(performance.now() - begin);
    }
  };
  const begin = performance.now();
  const clients = Array.from({ length: CLIENTS }, (_, nth) => client(nth));
  await end.finally(() => {
    ended = true;
  });
  await Promise.all(clients);
  return { rate: ms.length / ((performance.now() - begin) / 1_000), ms };
}

/** Customers with credits, a promotional lot and a paid one, and running resources whose hour falls due at `at`. */
async function addCustomers(db: Database, count: number, resources: number, at: Date): Promise<Customer[]> {
  const customers = Array.from({ length: count }, () => ({ account: newId("ledgerAccount"), organizationId: newId("organization") }));
  const accounts = customers.map((each) => each.account);
  const organizations = customers.map((each) => each.organizationId);
  await db.query({
    text: `insert into ledger_account (id, organization_id, kind, created_at) select id, organization_id, 'customer', $3::timestamptz from unnest($1::text[], $2::text[]) as c (id, organization_id)`,
    values: [accounts, organizations, at],
  });
  for (const [nth, { account }] of customers.entries()) {
    for (const [amount, priority] of [[50_000n, 10], [1_000_000_000_000n, 50]] as const) {
      await transferAlone({ db }, { key: randomUUID(), kind: "grant", from: systemAccount("promotion", account), to: account, amount: amount + BigInt(nth), terms: { priority }, at });
    }
  }
  const ids = Array.from({ length: count * resources }, () => newId("vm"));
  await db.query({
    text: `insert into meter_span (id, organization_id, resource_type, resource_id, resource_name, component, price_per_hour, anchor_at, started_at, due_at)
      select 'spn_' || c.name || substr(v.id, 4), ($2::text[])[1 + (v.nth - 1) / $3::int], 'vm', v.id, 'web-' || v.nth, c.name, c.price, $4::timestamptz - interval '1 hour', $4::timestamptz - interval '1 hour', $4::timestamptz
      from unnest($1::text[]) with ordinality as v (id, nth) cross join (values ('storage', 2000), ('compute', 12500)) as c (name, price)`,
    values: [ids, organizations, resources, at],
  });
  await db.query({ text: "analyze" });
  return customers;
}

interface Cpu {
  program: number;
  /** by process of the database */
  database: Map<string, number>;
}

/** Processor time so far, in seconds: on a machine with much else to do it says more than the clock. */
async function cpuNow(db: Database): Promise<Cpu> {
  const [own] = await db.query<{ pid: number }>({ text: "select pg_backend_pid() as pid" });
  const used = process.cpuUsage();
  const parent = statOf(String(own?.pid))?.parent;
  const processes = readdirSync("/proc").flatMap((pid) => {
    const stat = /^\d+$/.test(pid) ? statOf(pid) : undefined;
    return stat?.parent === parent && stat ? [[pid, stat.seconds] as const] : [];
  });
  return { program: (used.user + used.system) / 1e6, database: new Map(processes) };
}

/** What was used since; of processes that ended meanwhile nothing is known. */
async function cpuSince(db: Database, before: Cpu): Promise<{ program: number; database: number }> {
  const now = await cpuNow(db);
  return { program: now.program - before.program, database: [...now.database].reduce((sum, [pid, seconds]) => sum + seconds - (before.database.get(pid) ?? 0), 0) };
}

/** Linux counts in hundredths of a second. */
function statOf(pid: string): { parent: string; seconds: number } | undefined {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").replace(/^.*\) /s, "").split(" ");
    return { parent: fields[1] ?? "", seconds: (Number(fields[11]) + Number(fields[12])) / 100 };
  } catch {
    return undefined;
  }
}

async function measureSeconds(work: () => Promise<unknown>): Promise<number> {
  const begin = performance.now();
  await work();
  return (performance.now() - begin) / 1_000;
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
