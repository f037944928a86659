import type { Config } from "#server/infra/config.ts";
import type { Program } from "./program.ts";

/** What a person at the terminal needs: where it is, how to get in, what is embedded. */
export function printBanner(config: Config, program: Pick<Program, "demoAccounts" | "devices">, tookMs: number): void {
  const where = config.roles.includes("web") ? config.publicUrl : `roles ${config.roles.join(", ")}`;
  const lines = ["", `  Switchyard is ready at ${where}  (${(tookMs / 1000).toFixed(1)} s)`, ""];
  if (config.mode === "demo") {
    lines.push("  Demo accounts (one click on the sign-in page):");
    for (const account of program.demoAccounts) lines.push(`    ${account.email.padEnd(34)} ${account.password.padEnd(18)} ${account.role}`);
    lines.push("");
  }
  lines.push(
    `  Database    ${config.databaseUrl ? "PostgreSQL (DATABASE_URL)" : config.ephemeral ? "PGlite in memory; nothing is kept (DATA_DIR=memory)" : `PGlite, embedded, in ${config.dataDir}`}`,
    `  MQTT        ${config.mqttUrl ? "your broker (MQTT_URL)" : `embedded broker, port ${config.mqttPort}`}`,
    `  Fan-out     ${config.redisUrl ? "Redis (REDIS_URL)" : "in memory"}`,
  );
  if (config.mode === "demo") {
    lines.push(`  Hypervisor  simulated`, `  Devices     ${program.devices} simulated`, "", "  This is the demo. For production: MODE=production, see README.md.");
  }
  process.stdout.write(`${lines.join("\n")}\n\n`);
}
