import { parseArgs } from "node:util";
import { findPrograms } from "../scripts/testing/programs.ts";
import { startPostgres } from "../scripts/testing/services.ts";
import { benchAccrual } from "./accrual/accrual.ts";
import { benchDevices } from "./devices/devices.ts";
import { benchLedger } from "./ledger/ledger.ts";
import { benchLive } from "./live/live.ts";
import { benchVmMetrics } from "./vm-metrics/vm-metrics.ts";
import { benchProvisioning } from "./provisioning/provisioning.ts";
import { BROKERS, type MachinesBenchOptions } from "./support/machines-ground.ts";
import { printReport, type Report } from "./support/report.ts";
import { benchTelemetry } from "./telemetry/telemetry.ts";
import { benchVmListDatabase } from "./vm-list/vm-list-db.ts";
import { benchVmList } from "./vm-list/vm-list.ts";
import { benchVmPower } from "./vm-power/vm-power.ts";

/**
 * `npm run bench [-- vm-list vm-list-db vm-metrics vm-power ledger accrual provisioning telemetry live devices] [--seconds N] [--broker mosquitto]`: each of ours against a baseline in the same run, or against what was promised, on a
 * throw-away PostgreSQL. Machines differ and are noisy: the ratios and the processor time are the result, the figures an indication.
 */
interface Scenario {
  run: (options: MachinesBenchOptions) => Promise<Report>;
  /** of one measurement, when --seconds does not say */
  seconds?: number;
  /** a commit is on the disk when it is answered */
  durable?: boolean;
}

const SECONDS = 6;
const SCENARIOS: Record<string, Scenario> = {
  "vm-list": { run: benchVmList },
  "vm-list-db": { run: benchVmListDatabase },
  "vm-metrics": { run: benchVmMetrics },
  "vm-power": { run: benchVmPower },
  ledger: { run: benchLedger },
  accrual: { run: benchAccrual },
  provisioning: { run: benchProvisioning },
  telemetry: { run: benchTelemetry, seconds: 60, durable: true },
  live: { run: benchLive, seconds: 30, durable: true },
  devices: { run: benchDevices, seconds: 20, durable: true },
};

const { positionals, values } = parseArgs({ allowPositionals: true, options: { seconds: { type: "string" }, broker: { type: "string" } } });
const chosen = positionals.length > 0 ? positionals : Object.keys(SCENARIOS);
const brokers = BROKERS.filter((broker) => values.broker === undefined || broker === values.broker);
if (brokers.length === 0) throw new Error(`there is no broker named ${values.broker}; there are ${BROKERS.join(", ")}`);
const postgres = findPrograms().postgres;
if (!postgres) throw new Error("the bench needs PostgreSQL's server programs (Debian: apt-get install postgresql)");

// Programs under measurement must not outlive the bench, however it ends: each stops at "exit".
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130));

const reports: Report[] = [];
for (const name of chosen) {
  const scenario = SCENARIOS[name];
  if (!scenario) throw new Error(`there is no bench named ${name}; there are ${Object.keys(SCENARIOS).join(", ")}`);
  const server = await startPostgres(postgres, scenario.durable ? "full" : "none");
  const stop = (): void => void server.stop();
  process.once("exit", stop);
  try {
    reports.push(await scenario.run({ databaseUrl: server.url, seconds: Number(values.seconds ?? scenario.seconds ?? SECONDS), brokers }));
  } finally {
    process.off("exit", stop);
    await server.stop();
  }
}
printReport(reports);
