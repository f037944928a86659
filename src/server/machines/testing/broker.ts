import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { appendFile, mkdtemp, rm } from "node:fs/promises";
import { connect as connectTcp, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type IClientOptions, type MqttClient, connect } from "mqtt";
import type { TestRuntime } from "#server/testing/runtime.ts";
import { bridgePassword } from "../broker-login.ts";
import { type MosquittoOptions, writeMosquittoFiles } from "../mosquitto-files.ts";

/** A broker that a test and its devices talk to. */
export interface TestBroker {
  /** for devices */
  url: string;
  /** of a Mosquitto: where its files are, its ports and its process */
  mosquitto?: { folder: string; ports: MosquittoOptions; pid: number };
  /** Takes over the credentials as the database now has them. */
  reload(): Promise<void>;
  stop(): Promise<void>;
}

const MOSQUITTO = [process.env["TEST_MOSQUITTO"], "/usr/sbin/mosquitto", "/usr/local/sbin/mosquitto"].find((path) => path && existsSync(path));

/** The brokers that can be had here. */
export const BROKERS: ("aedes" | "mosquitto")[] = MOSQUITTO ? ["aedes", "mosquitto"] : ["aedes"];

/** Starts a broker and makes the runtime's configuration point to it. The embedded one is opened by the bridge: here it only gets its port. */
export async function startTestBroker(rt: TestRuntime, kind: "aedes" | "mosquitto"): Promise<TestBroker> {
  return kind === "aedes" ? startEmbedded(rt) : startMosquitto(rt);
}

async function startEmbedded(rt: TestRuntime): Promise<TestBroker> {
  rt.config.mqttPort = await freePort();
  return { url: `mqtt://127.0.0.1:${rt.config.mqttPort}`, reload: async () => {}, stop: async () => {} };
}

async function startMosquitto(rt: TestRuntime): Promise<TestBroker> {
  const folder = await mkdtemp(join(tmpdir(), "switchyard-mosquitto-"));
  const ports = { devicePort: await freePort(), bridgePort: await freePort() };
  await writeMosquittoFiles(rt, folder, ports);
  // As root it would change to a user who cannot read the files.
  if (process.getuid?.() === 0) await appendFile(join(folder, "mosquitto.conf"), "user root\n");
  const child: ChildProcess = spawn(MOSQUITTO ?? "", ["-c", join(folder, "mosquitto.conf")], { stdio: process.env["TEST_LOG_LEVEL"] ? "inherit" : "ignore" });
  await listening(ports.bridgePort);
  rt.config.mqttUrl = `mqtt://bridge:${encodeURIComponent(bridgePassword(rt.config))}@127.0.0.1:${ports.bridgePort}`;
  rt.config.mqttPublicUrl = `mqtt://127.0.0.1:${ports.devicePort}`;
  return {
    url: rt.config.mqttPublicUrl,
    mosquitto: { folder, ports, pid: child.pid ?? 0 },
    async reload() {
      await writeMosquittoFiles(rt, folder, ports);
      if (process.getuid?.() === 0) await appendFile(join(folder, "mosquitto.conf"), "user root\n");
      child.kill("SIGHUP");
      // It has no way to say that it has read them; a login of a new device shows it (connectDevice retries).
    },
    async stop() {
      child.kill("SIGKILL");
      await once(child, "exit");
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export interface Login {
  username: string;
  password: string;
}

/** Connects as a device; rejects when it is refused. */
export function connectDevice(url: string, login: Login, options: IClientOptions = {}): Promise<MqttClient> {
  return new Promise((resolve, reject) => {
    const client = connect(url, { clientId: login.username, ...login, protocolVersion: 4, clean: true, reconnectPeriod: 0, connectTimeout: 5_000, ...options });
    client.once("connect", () => {
      client.removeAllListeners("error");
      client.on("error", () => {});
      resolve(client);
    });
    client.once("error", (error) => {
      client.end(true);
      reject(error);
    });
    client.once("close", () => reject(new Error("closed before it was connected")));
  });
}

/** Repeats `look` until it answers something other than undefined, null or false. */
export async function eventually<T>(look: () => Promise<T | undefined | null | false> | T | undefined | null | false, timeoutMs = 10_000): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== null && found !== false) return found;
    if (performance.now() > deadline) throw new Error("it did not happen in time");
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (typeof address !== "object" || !address) throw new Error("no port");
  return address.port;
}

function listening(port: number): Promise<void> {
  return eventually(
    () =>
      new Promise<boolean>((resolve) => {
        const socket = connectTcp(port, "127.0.0.1");
        socket.once("connect", () => {
          socket.destroy();
          resolve(true);
        });
        socket.once("error", () => resolve(false));
      }),
  ).then(() => {});
}
