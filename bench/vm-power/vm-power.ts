import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../../scripts/testing/services.ts";
import { startProgram } from "../support/process.ts";
import { median, type Report } from "../support/report.ts";

const VMS = 10;
/** Between a VM's presses: some thirty presses a second altogether, far more than customers make and less than this computer can bear. */
const PAUSE_MS = 250;

/**
 * How long a power action takes to answer, for ten VMs that are switched on and off all the time, while the operations of earlier presses run: the work is in the operation, so the
 * answer is one transaction. All roles in one process, the hypervisor simulated and a thousand times as fast as a real one.
 */
export async function benchVmPower(options: { databaseUrl: string; seconds: number }): Promise<Report> {
  const dataDir = mkdtempSync(join(tmpdir(), "switchyard-bench-"));
  const [port, mqttPort] = [await freePort(), await freePort()];
  const url = `http://127.0.0.1:${port}`;
  const environment = { DATABASE_URL: options.databaseUrl, DATA_DIR: dataDir, PORT: String(port), MQTT_PORT: String(mqttPort), DEMO_DEVICES: "0", SIMULATION_SPEED: "1000", WELCOME_CREDITS: "1000", RATE_LIMIT_PER_MINUTE: "1000000", LOG_LEVEL: "error" };
  const ours = await startProgram(["src/server/main.ts"], environment, "Switchyard is ready");
  try {
    const account = await call<{ token: string; user: { organization_id: string } }>(`${url}/v1/auth/signup`, null, { email: "bench@example.com", password: "a long enough password" });
    const project = await call<{ id: string }>(`${url}/v1/projects`, account.token, { name: "bench" });
    const vms: string[] = [];
    for (let i = 0; i < VMS; i += 1) vms.push((await call<{ id: string }>(`${url}/v1/vms`, account.token, { name: `bench-${i}`, project_id: project.id, plan: "nano", template_id: "debian-12" })).id);
    const took: number[] = [];
    const until = performance.now() + options.seconds * 1_000;
    await Promise.all(
      vms.map(async (id) => {
        while (performance.now() < until) {
          await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
          const status = await settled(url, account.token, id);
          const begin = performance.now();
          await call(`${url}/v1/vms/${id}/${status === "running" ? "stop" : "start"}`, account.token, {});
          took.push(performance.now() - begin);
        }
      }),
    );
    took.sort((a, b) => a - b);
    const at = (share: number): number => took[Math.min(took.length - 1, Math.floor(took.length * share))] ?? 0;
    return {
      title: `Power actions over REST, ${VMS} VMs all the time, with their operations running in the same process (${took.length} presses)`,
      figures: [
        { name: "median answer", value: `${median(took).toFixed(1)} ms` },
        { name: "99 of 100 within", value: `${at(0.99).toFixed(1)} ms` },
      ],
      ratios: [{ name: "99 of 100 answered within (ms)", value: at(0.99), aim: 100, unit: "absolute", lower: true }],
    };
  } finally {
    await ours.stop();
  }
}

/** Waits until no operation has the VM. */
async function settled(url: string, token: string, id: string): Promise<string> {
  for (;;) {
    const vm = await call<{ status: string; operation_id: string | null }>(`${url}/v1/vms/${id}`, token);
    if (vm.operation_id === null && (vm.status === "running" || vm.status === "stopped")) return vm.status;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function call<T>(url: string, token: string | null, body?: object): Promise<T> {
  const response = await fetch(url, {
    method: body ? "POST" : "GET",
    headers: { "content-type": "application/json", ...(token ? { authorization: `Bearer ${token}` } : {}) },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  const answer = (await response.json()) as T;
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${JSON.stringify(answer)}`);
  return answer;
}
