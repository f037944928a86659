import { execFileSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { newId } from "#shared/ids.ts";
import { openDatabase } from "../../src/server/infra/database.ts";
import { freePort } from "../../scripts/testing/services.ts";
import { requestsPerSecond } from "../support/load.ts";
import { startProgram } from "../support/process.ts";
import { median, perSecond, type Report } from "../support/report.ts";

const ROUNDS = 3;
const VMS = 50;

/** The authenticated VM list: over tRPC, in a Next route handler (same query, same sign-in check), and as bare `http` + `pg` without any check. */
export async function benchVmList(options: { databaseUrl: string; seconds: number }): Promise<Report> {
  const dataDir = mkdtempSync(join(tmpdir(), "switchyard-bench-"));
  const [port, nextPort, barePort] = [await freePort(), await freePort(), await freePort()];
  const url = `http://127.0.0.1:${port}`;
  // The MQTT address only lets the web role stand alone; nothing connects to it.
  const environment = { DATABASE_URL: options.databaseUrl, DATA_DIR: dataDir, MQTT_URL: "mqtt://127.0.0.1:1", ROLES: "web", PORT: String(port), PUBLIC_URL: url, DEMO_DEVICES: "0", LOG_LEVEL: "warn" };
  const ours = await startProgram(["src/server/main.ts"], environment, "Switchyard is ready");
  execFileSync(process.execPath, ["node_modules/next/dist/bin/next", "build", "bench/vm-list/next-app"], { stdio: "ignore", env: { ...process.env, NEXT_TELEMETRY_DISABLED: "1" } });
  const next = await startProgram(["bench/vm-list/next-server.ts"], { ...environment, PORT: String(nextPort) }, "baseline ready");
  try {
    const account = await signUp(url);
    await addVms(options.databaseUrl, account.organizationId);
    const bare = await startProgram(["bench/vm-list/bare-server.ts"], { ...environment, PORT: String(barePort), ORGANIZATION: account.organizationId }, "baseline ready");
    const headers = { authorization: `Bearer ${account.token}` };
    const list = `${url}/trpc/compute.vms.list?input=${encodeURIComponent(JSON.stringify({ limit: 20 }))}`;
    const results: Record<"ours" | "next" | "bare", number[]> = { ours: [], next: [], bare: [] };
    for (let round = 0; round < ROUNDS; round += 1) {
      results.ours.push(await requestsPerSecond(list, headers, options.seconds));
      results.next.push(await requestsPerSecond(`http://127.0.0.1:${nextPort}/vms`, headers, options.seconds));
      results.bare.push(await requestsPerSecond(`http://127.0.0.1:${barePort}/`, {}, options.seconds));
    }
    await bare.stop();
    const rate = { ours: median(results.ours), next: median(results.next), bare: median(results.bare) };
    return {
      title: `VM list, 20 of ${VMS} VMs, one process, 16 connections (median of ${ROUNDS} × ${options.seconds} s)`,
      figures: [
        { name: "tRPC on our server, authenticated", value: perSecond(rate.ours, "requests") },
        { name: "the same in a Next route handler", value: perSecond(rate.next, "requests") },
        { name: "bare http + pg, not authenticated", value: perSecond(rate.bare, "requests") },
      ],
      ratios: [
        { name: "against the Next route handler", value: rate.ours / rate.next, aim: 3 },
        { name: "against bare http + pg", value: rate.ours / rate.bare, aim: 0.3 },
        { name: "requests a second", value: rate.ours, aim: 3_000, unit: "absolute" },
        { name: "most memory (RSS, MB)", value: ours.peakRssMb(), aim: 500, unit: "absolute", lower: true },
      ],
    };
  } finally {
    await ours.stop();
    await next.stop();
  }
}

async function signUp(url: string): Promise<{ token: string; organizationId: string }> {
  const response = await fetch(`${url}/v1/auth/signup`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ email: "bench@example.com", password: "a long enough password" }),
  });
  const body = (await response.json()) as { token: string; user: { organization_id: string } };
  if (response.status !== 201) throw new Error(`sign-up failed: ${JSON.stringify(body)}`);
  return { token: body.token, organizationId: body.user.organization_id };
}

async function addVms(databaseUrl: string, organizationId: string): Promise<void> {
  const db = await openDatabase({ databaseUrl, databasePoolSize: 2, databaseWaitSeconds: 5, dataDir: "", ephemeral: false });
  const at = new Date();
  const [plan, image, host] = [await db.prisma.plan.findFirstOrThrow(), await db.prisma.image.findFirstOrThrow(), await db.prisma.host.findFirstOrThrow()];
  const project = await db.prisma.project.create({ data: { id: newId("project"), organizationId, name: "bench", createdAt: at } });
  await db.prisma.vm.createMany({
    data: Array.from({ length: VMS }, (_, i) => ({
      id: newId("vm"),
      organizationId,
      projectId: project.id,
      ownerId: "usr_bench",
      name: `bench-${i}`,
      status: i % 3 === 0 ? "stopped" : "running",
      hostId: host.id,
      region: host.region,
      planId: plan.id,
      imageId: image.id,
      vcpu: plan.vcpu,
      memoryMb: plan.memoryMb,
      storageGb: plan.storageGb,
      privateIp: `10.0.0.${i + 2}`,
      createdAt: new Date(at.getTime() - i * 1_000),
      updatedAt: at,
    })),
  });
  // Statistics as a database has them that was not filled a second ago.
  await db.exec("analyze");
  await db.close();
}
