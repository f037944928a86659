import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { newId } from "#shared/ids.ts";
import { seedCatalog } from "../../src/server/compute/seed.ts";
import { type VmFilter, vmListStatement } from "../../src/server/compute/vm-list-sql.ts";
import { applyMigrations, readMigrations } from "../../src/server/infra/migrations.ts";
import type { Runtime } from "../../src/server/infra/runtime.ts";
import { median, percentile, type Report } from "../support/report.ts";
import { openRuntime } from "../support/runtime.ts";
import { addVms } from "../support/vms.ts";

const OWN = 10_000;
const OTHERS = 20;
const OTHERS_EACH = 5_000;
const ROUNDS = 40;
const LIMIT_MS = 20;
const PLANS = "bench/vm-list/plans";

/** The VM list at the database: each kind of page, filter and search of an organization with 10 000 VMs, beside 100 000 of others. Their plans are kept in bench/vm-list/plans. */
export async function benchVmListDatabase(options: { databaseUrl: string; seconds: number }): Promise<Report> {
  const rt = await openRuntime({ DATABASE_URL: options.databaseUrl, DATA_DIR: mkdtempSync(join(tmpdir(), "switchyard-bench-")), LOG_LEVEL: "warn" });
  try {
    await applyMigrations(rt.db, await readMigrations(process.cwd()));
    await seedCatalog(rt);
    const organizationId = newId("organization");
    const ids = await addVms(rt.db, organizationId, OWN, { projects: 5 });
    for (let other = 0; other < OTHERS; other += 1) await addVms(rt.db, newId("organization"), OTHERS_EACH, { projects: 5 });
    // As autovacuum leaves a table that was not filled a second ago.
    await rt.db.exec("vacuum");
    await rt.db.exec("analyze");
    const project = await rt.db.prisma.project.findFirstOrThrow({ where: { organizationId } });
    const kinds: Record<string, { filter: Partial<VmFilter>; page?: number }> = {
      "first page": { filter: {} },
      "page 225 of 450": { filter: {}, page: 225 },
      "last page": { filter: {}, page: 450 },
      "with those that are gone": { filter: { includeGone: true } },
      "by status": { filter: { status: "stopped" } },
      "by hypervisor": { filter: { hypervisor: "simulated" } },
      "by a hypervisor that has none": { filter: { hypervisor: "kvm" } },
      "by project": { filter: { projectId: project.id } },
      "by region": { filter: { region: "kr-seoul" } },
      "by status and project": { filter: { status: "running", projectId: project.id } },
      "search: part of a name, many": { filter: { search: "web" } },
      "search: part of a name, one": { filter: { search: "-4711" } },
      "search: nothing": { filter: { search: "no such name" } },
      "search: an id": { filter: { search: ids[5_000] ?? "" } },
      "search: an address": { filter: { search: "10.0.19.1" } },
      "search and filter": { filter: { search: "db", status: "running", projectId: project.id } },
    };
    mkdirSync(PLANS, { recursive: true });
    const figures: Report["figures"] = [];
    const undisturbed: number[] = [];
    for (const [name, { filter, page = 1 }] of Object.entries(kinds)) {
      const statement = vmListStatement({ organizationId, includeGone: false, ...filter }, 20, (page - 1) * 20);
      const times: number[] = [];
      let total = 0;
      for (let round = 0; round < ROUNDS; round += 1) {
        const began = performance.now();
        const rows = await rt.db.query<{ total: number }>(statement);
        times.push(performance.now() - began);
        total = rows[0]?.total ?? 0;
      }
      // What other programs take from the machine is in the median; a tenth of the runs come through without.
      const tenth = percentile(times, 0.1);
      undisturbed.push(tenth);
      figures.push({ name: `${name} (${total.toLocaleString("en")})`, value: `${tenth.toFixed(1)} ms, median ${median(times).toFixed(1)} ms` });
      writeFileSync(join(PLANS, `${name.replaceAll(/[^a-z0-9]+/g, "-")}.txt`), await explain(rt, statement));
    }
    return {
      title: `VM list at the database: ${OWN.toLocaleString("en")} VMs of one organization, ${(OTHERS * OTHERS_EACH).toLocaleString("en")} of others (fastest tenth of ${ROUNDS})`,
      figures,
      ratios: [{ name: "slowest kind of page (ms)", value: Math.max(...undisturbed), aim: LIMIT_MS, unit: "absolute", lower: true }],
    };
  } finally {
    await rt.close();
  }
}

/** The plan, with what differs from run to run left out: ids and times. */
async function explain(rt: Runtime, statement: ReturnType<typeof vmListStatement>): Promise<string> {
  const rows = await rt.db.query<{ "QUERY PLAN": string }>({ text: `explain (analyze, buffers, timing off, summary off) ${statement.text}`, values: statement.values ?? [] });
  return `${rows.map((row) => row["QUERY PLAN"]).join("\n")}\n`.replaceAll(/\b(org|vm|prj|hst|pln|img)_[0-9a-z]{26}\b/g, "$1_…");
}
