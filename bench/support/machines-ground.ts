import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { newId } from "#shared/ids.ts";
import { freePort } from "../../scripts/testing/services.ts";
import { readConfig } from "../../src/server/infra/config.ts";
import { sha256 } from "../../src/server/infra/crypto.ts";
import { type Database, openDatabase } from "../../src/server/infra/database.ts";
import { applyMigrations, readMigrations } from "../../src/server/infra/migrations.ts";
import { mosquittoHash } from "../../src/server/machines/mosquitto-password.ts";
import { cpuSeconds, postgresCpu } from "./cpu.ts";
import type { Login } from "./light-device.ts";
import { startMosquitto } from "./mosquitto.ts";
import { type Measured, startProgram } from "./process.ts";

export const BROKERS = ["mosquitto", "embedded"] as const;
export type BrokerKind = (typeof BROKERS)[number];

export interface MachinesBenchOptions {
  databaseUrl: string;
  /** of one measurement */
  seconds: number;
  /** each is measured */
  brokers: readonly BrokerKind[];
}

/** Processor time in seconds; Mosquitto's is 0 where the broker is a part of the program. */
export interface CpuTimes {
  program: number;
  postgres: number;
  mosquitto: number;
}

/** The product as it is installed, all its roles in one process, with machines whose devices may connect. */
export interface MachinesGround {
  db: Database;
  url: string;
  /** for devices */
  mqttPort: number;
  machines: readonly Login[];
  program: Measured;
  cpu(): CpuTimes;
  /** messages of devices that it has stored since it started */
  stored(): Promise<number>;
  stop(): Promise<void>;
}

/** Machines that have been claimed, each with credentials of its own, in an empty database; then the program, with its own broker or a Mosquitto. */
export async function openMachinesGround(options: { databaseUrl: string; broker: BrokerKind; machines: number; heartbeatSeconds?: number }): Promise<MachinesGround> {
  const { broker, databaseUrl } = options;
  const dataDir = mkdtempSync(join(tmpdir(), "switchyard-bench-"));
  const [port, mqttPort] = [await freePort(), await freePort()];
  const secret = randomBytes(32).toString("base64");
  const environment = { DATABASE_URL: databaseUrl, DATA_DIR: dataDir, PORT: String(port), MQTT_PORT: String(mqttPort), DEMO_DEVICES: "0", LOG_LEVEL: "warn", SECRET_KEY: secret, AUTH_SECRET: secret };
  const config = readConfig(environment);
  const db = await openDatabase({ databaseUrl, databasePoolSize: 2, databaseWaitSeconds: 5, dataDir: "", ephemeral: false });
  const closing: (() => Promise<void>)[] = [async () => rmSync(dataDir, { recursive: true, force: true }), () => db.close()];
  const stop = async (): Promise<void> => {
    for (const close of closing.splice(0).toReversed()) await close();
  };
  try {
    await applyMigrations(db, await readMigrations(resolve(import.meta.dirname, "../..")));
    const machines = await addMachines(db, options.machines, options.heartbeatSeconds ?? 60);
    const mosquitto = broker === "mosquitto" ? await startMosquitto({ db, config }) : null;
    if (mosquitto) closing.push(() => mosquitto.stop());
    // Its user name and password are the product's own: from the installation's key.
    const program = await startProgram(["src/server/main.ts"], { ...environment, ...(mosquitto ? { MQTT_URL: `mqtt://127.0.0.1:${mosquitto.bridgePort}` } : {}) }, "Switchyard is ready");
    closing.push(() => program.stop());
    const postgres = await postgresCpu(db);
    const url = `http://127.0.0.1:${port}`;
    return {
      db,
      url,
      mqttPort: mosquitto?.devicePort ?? mqttPort,
      machines,
      program,
      cpu: () => ({ program: cpuSeconds(program.pid), postgres: postgres(), mosquitto: cpuSeconds(mosquitto?.pid) }),
      async stored() {
        const metrics = await (await fetch(`${url}/metrics`)).text();
        return Number(/^switchyard_mqtt_messages_total\{[^}]*stored[^}]*\} (\d+)/m.exec(metrics)?.[1] ?? Number.NaN);
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

const ROWS_AT_ONCE = 1_000;

async function addMachines(db: Database, count: number, heartbeatSeconds: number): Promise<Login[]> {
  const at = new Date();
  const machines = Array.from({ length: count }, () => ({ id: newId("machine"), password: randomBytes(32).toString("base64url") }));
  for (let from = 0; from < count; from += ROWS_AT_ONCE) {
    const some = machines.slice(from, from + ROWS_AT_ONCE);
    await db.prisma.machine.createMany({
      // That they have their configuration is told here: devices report it once, and these are not new.
      data: some.map(({ id }, i) => ({ id, organizationId: "org_bench", name: `Bench ${from + i}`, slug: `bench-${from + i}`, status: "offline", heartbeatSeconds, reportedVersion: 1, claimedAt: at, createdAt: at, updatedAt: at })),
    });
    await db.prisma.deviceCredential.createMany({
      data: some.map(({ id, password }) => ({ id: newId("deviceCredential"), machineId: id, passwordHash: sha256(password), mosquittoHash: mosquittoHash(password), createdAt: at })),
    });
  }
  return machines;
}

/** Gives the machines to an organization. */
export async function giveMachines(db: Database, machines: readonly Login[], organizationId: string): Promise<void> {
  await db.prisma.machine.updateMany({ where: { id: { in: machines.map(({ id }) => id) } }, data: { organizationId } });
}
