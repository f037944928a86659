import { parseArgs } from "node:util";
import { findPrograms } from "../scripts/testing/programs.ts";
import { startPostgres } from "../scripts/testing/services.ts";
import { benchAccrual } from "./accrual/accrual.ts";
import { benchLedger } from "./ledger/ledger.ts";
import { benchVmMetrics } from "./vm-metrics/vm-metrics.ts";
import { printReport, type Report } from "./support/report.ts";
import { benchTelemetry } from "./telemetry/telemetry.ts";
import { benchVmListDatabase } from "./vm-list/vm-list-db.ts";
import { benchVmList } from "./vm-list/vm-list.ts";
import { benchVmPower } from "./vm-power/vm-power.ts";

/**
 * `npm run bench [-- vm-list vm-list-db vm-metrics vm-power ledger accrual telemetry] [--seconds 6]`: each of ours against a baseline in the same run, on a throw-away PostgreSQL. Machines differ and are noisy:
 * the ratios are the result, the figures an indication.
 */
const SCENARIOS: Record<string, (options: { databaseUrl: string; seconds: number }) => Promise<Report>> = {
  "vm-list": benchVmList,
  "vm-list-db": benchVmListDatabase,
  "vm-metrics": benchVmMetrics,
  "vm-power": benchVmPower,
  ledger: benchLedger,
  accrual: benchAccrual,
  telemetry: benchTelemetry,
};

const { positionals, values } = parseArgs({ allowPositionals: true, options: { seconds: { type: "string", default: "6" } } });
const chosen = positionals.length > 0 ? positionals : Object.keys(SCENARIOS);
const postgres = findPrograms().postgres;
if (!postgres) throw new Error("the bench needs PostgreSQL's server programs (Debian: apt-get install postgresql)");

const reports: Report[] = [];
for (const name of chosen) {
  const scenario = SCENARIOS[name];
  if (!scenario) throw new Error(`there is no bench named ${name}; there are ${Object.keys(SCENARIOS).join(", ")}`);
  const server = await startPostgres(postgres);
  try {
    reports.push(await scenario({ databaseUrl: server.url, seconds: Number(values.seconds) }));
  } finally {
    await server.stop();
  }
}
printReport(reports);
