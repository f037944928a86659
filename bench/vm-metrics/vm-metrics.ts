import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../../scripts/testing/services.ts";
import { type Level, LEVELS, periodBegin, periodEnd } from "../../src/server/compute/metrics/levels.ts";
import { columnsOf } from "../../src/server/compute/metrics/metrics-view.ts";
import { attachPartition, createPartitionTable } from "../../src/server/compute/metrics/partition-repository.ts";
import { maintainPartitions } from "../../src/server/compute/metrics/partitions.ts";
import { rollUpMetrics } from "../../src/server/compute/metrics/rollup.ts";
import { bucketSeries } from "../../src/server/compute/metrics/series-repository.ts";
import { watermarksNow } from "../../src/server/compute/metrics/rollup-repository.ts";
import { type Runtime, transact } from "../../src/server/infra/runtime.ts";
import { startProgram } from "../support/process.ts";
import { median, percentile, type Report } from "../support/report.ts";
import { openRuntime } from "../support/runtime.ts";
import { addVms, signUp } from "../support/vms.ts";

const VMS = 1_000;
const YEAR_DAYS = 365;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** VMs that are asked for; each once, so that none is warm from the time before. */
const ASKED = 60;

/** A year of one VM's CPU by the hour, among 1 000 VMs with a year of history (8.8 million rows) and samples of the last hour. */
export async function benchVmMetrics(options: { databaseUrl: string; seconds: number }): Promise<Report> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  // The MQTT address only lets the web role stand alone; nothing connects to it.
  const environment = { DATABASE_URL: options.databaseUrl, DATA_DIR: mkdtempSync(join(tmpdir(), "switchyard-bench-")), MQTT_URL: "mqtt://127.0.0.1:1", ROLES: "web", PORT: String(port), PUBLIC_URL: url, DEMO_DEVICES: "0", LOG_LEVEL: "warn", RATE_LIMIT_PER_MINUTE: "100000" };
  const server = await startProgram(["src/server/main.ts"], environment, "Switchyard is ready");
  const rt = await openRuntime(environment);
  try {
    const account = await signUp(url);
    const ids = await addVms(rt.db, account.organizationId, VMS, { createdAt: new Date(Date.now() - YEAR_DAYS * DAY_MS) });
    await addHistory(rt);
    const rollup = await addSamples(rt);
    await rt.db.exec("vacuum (analyze) vm_metric_rollup; ");
    const asked = shuffled(ids);
    const to = new Date();
    const from = new Date(Math.floor((to.getTime() - YEAR_DAYS * DAY_MS) / HOUR_MS) * HOUR_MS);
    const marks = await watermarksNow(rt);
    const read = (vmId: string, by: Runtime = rt) => bucketSeries(by, { vmId, seconds: 3_600, from, to, columns: columnsOf(["cpu"]), everySeconds: 30 }, marks);
    const database = await timed(asked.slice(0, ASKED), (vmId) => read(vmId));
    // The same index without what it carries: the rows themselves are fetched.
    const rowsOnly = await openRuntime({ ...environment, DATABASE_URL: `${options.databaseUrl}?options=${encodeURIComponent("-c enable_indexonlyscan=off")}` });
    const plain = await timed(asked.slice(ASKED, 2 * ASKED), (vmId) => read(vmId, rowsOnly)).finally(() => rowsOnly.close());
    const headers = { authorization: `Bearer ${account.token}` };
    const address = (vmId: string) => `${url}/v1/vms/${vmId}/metrics?interval=1h&metrics=cpu&from=${from.toISOString()}&to=${to.toISOString()}`;
    let points = 0;
    const rest = await timed(asked.slice(2 * ASKED, 3 * ASKED), async (vmId) => {
      const answer = await fetch(address(vmId), { headers });
      points = ((await answer.json()) as { series: unknown[] }).series.length;
    });
    const [size] = await rt.db.query<{ rows: number; bytes: number }>({
      text: "select sum(c.reltuples)::float8 as rows, sum(pg_total_relation_size(c.oid))::float8 as bytes from pg_inherits i join pg_class c on c.oid = i.inhrelid where i.inhparent = 'vm_metric_rollup'::regclass",
    });
    const ms = (value: number): string => `${value.toFixed(1)} ms`;
    return {
      title: `A year of one VM's CPU by the hour: ${points.toLocaleString("en")} points out of ${Math.round((size?.rows ?? 0) / 1e5) / 10} million rows (${Math.round((size?.bytes ?? 0) / 1e6)} MB with indexes) of ${VMS} VMs`,
      figures: [
        { name: "at the database, fastest tenth and median", value: `${ms(percentile(database, 0.1))}, ${ms(median(database))}` },
        { name: "at the database, from the rows as they were written", value: ms(median(plain)) },
        { name: "REST answer, fastest tenth and 95th percentile", value: `${ms(percentile(rest, 0.1))}, ${ms(percentile(rest, 0.95))}` },
        { name: `rolling up a minute of ${VMS} VMs, all levels`, value: ms(rollup) },
      ],
      ratios: [
        { name: "REST answer, median (ms)", value: median(rest), aim: 50, unit: "absolute", lower: true },
        { name: "against rows as they were written", value: median(plain) / median(database), aim: 1.5 },
        { name: "most memory (RSS, MB)", value: server.peakRssMb(), aim: 500, unit: "absolute", lower: true },
      ],
    };
  } finally {
    await server.stop();
    await rt.close();
  }
}

/** Hours of a year, in the order of time: as they are written when each hour is over. */
async function addHistory(rt: Runtime): Promise<void> {
  const end = new Date(Math.floor(Date.now() / HOUR_MS) * HOUR_MS - HOUR_MS);
  const start = new Date(end.getTime() - YEAR_DAYS * DAY_MS);
  const level = LEVELS.find((each): each is Extract<Level, { seconds: 3600 }> => each.seconds === 3_600);
  if (!level) throw new Error("there is no level of hours");
  for (let begin = periodBegin(level, start); begin < end; begin = periodEnd(level, begin)) {
    const name = await createPartitionTable(rt.db.prisma, { level, begin });
    const [from, until] = [begin < start ? start : begin, periodEnd(level, begin) < end ? periodEnd(level, begin) : end];
    await rt.db.query({
      text: `insert into ${name} (vm_id, resolution, at, samples, up_seconds, cpu_percent, cpu_percent_max, memory_used_mb, disk_read_bps, disk_write_bps, network_rx_bps, network_tx_bps,
          cpu_user_percent, cpu_system_percent, cpu_iowait_percent, disk_read_iops, disk_write_iops)
        select vm.id, 3600, t, 120, 3600, random() * 60, 60 + random() * 40, random() * 4096, random() * 1e6, random() * 1e6, random() * 1e6, random() * 1e6,
          random() * 40, random() * 20, random() * 5, random() * 1e3, random() * 1e3
        from generate_series($1::timestamptz, $2::timestamptz - interval '1 hour', interval '1 hour') t, (select id from vm order by id offset 0) vm`,
      values: [from, until],
    });
    await transact(rt, (tx) => attachPartition(tx, { level, begin }));
  }
  await rt.db.query({ text: "update vm_metric_watermark set at = least($1::timestamptz, date_bin(make_interval(secs => resolution), $1, '2000-01-01Z'))", values: [end] });
}

/** Samples of the last hour and a half, and their roll-ups. @returns how long a minute's roll-ups took, in ms */
async function addSamples(rt: Runtime): Promise<number> {
  await maintainPartitions(rt);
  const end = Math.floor(Date.now() / 60_000) * 60_000;
  const fill = (from: number, to: number) =>
    rt.db.query({
      text: `insert into vm_metric select vm.id, t, random() * 100, random() * 4096, random() * 1e6, random() * 1e6, random() * 1e6, random() * 1e6
        from generate_series($1::timestamptz, $2::timestamptz - interval '1 ms', interval '30 s') t, vm`,
      values: [new Date(from), new Date(to)],
    });
  const start = Math.floor(end / HOUR_MS) * HOUR_MS - HOUR_MS;
  await fill(start, end - 240_000);
  const clock = { now: () => new Date(end - 240_000 + 90_000) };
  while (await rollUpMetrics({ ...rt, clock }));
  await fill(end - 240_000, end);
  const began = performance.now();
  await rollUpMetrics({ ...rt, clock: { now: () => new Date(end - 180_000 + 90_000) } });
  return performance.now() - began;
}

async function timed(ids: readonly string[], work: (id: string) => Promise<unknown>): Promise<number[]> {
  const times: number[] = [];
  for (const id of ids) {
    const began = performance.now();
    await work(id);
    times.push(performance.now() - began);
  }
  return times;
}

function shuffled(ids: readonly string[]): string[] {
  return ids.map((id) => ({ id, order: Math.random() })).sort((a, b) => a.order - b.order).map(({ id }) => id);
}
