import { type ChildProcess, spawn } from "node:child_process";
import type { TestRuntime } from "#server/testing/runtime.ts";
import { eventually } from "./broker.ts";

/** Starts a bridge as a process of its own on the test's database and broker; resolves when it listens. */
export async function startBridgeProcess(rt: TestRuntime): Promise<ChildProcess> {
  const environment: NodeJS.ProcessEnv = {
    NODE_ENV: "test",
    PATH: process.env["PATH"] ?? "",
    DATABASE_URL: rt.databaseUrl ?? "",
    LOG_LEVEL: "info",
    DATA_DIR: "memory",
    SECRET_KEY: rt.config.secretKeys.join(","),
    AUTH_SECRET: rt.config.authSecret,
    ...(rt.config.mqttUrl ? { MQTT_URL: rt.config.mqttUrl } : { MQTT_PORT: String(rt.config.mqttPort) }),
  };
  const child = spawn(process.execPath, ["src/server/machines/testing/bridge-process.ts"], { env: environment, stdio: ["ignore", "pipe", "inherit"] });
  const output: string[] = [];
  child.stdout.setEncoding("utf8").on("data", (text: string) => output.push(text));
  await eventually(() => output.join("").includes("listening to devices"), 15_000).catch(() => {
    child.kill("SIGKILL");
    throw new Error(`the bridge does not start: ${output.join("")}`);
  });
  return child;
}
