import { join } from "node:path";
import { seedCatalog, seedDemoCompute } from "#server/compute/seed.ts";
import { ensureAdmin, seedDemoAccounts } from "#server/identity/seed.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { seedDefaultRules } from "#server/machines/alerts/default-rules.ts";
import { demoClaims, seedDemoMachines, seedMachineTemplates } from "#server/machines/seed.ts";
import { startSimulatedFleet } from "../../device/fleet.ts";
import type { Part } from "./program.ts";

export interface DemoAccount {
  id: string;
  email: string;
  role: string;
  password: string;
}

/** What a new installation holds: templates everywhere, the demo's accounts, VMs and machines in demo mode alone. Runs at each start, changes nothing twice. */
export async function seed(rt: Runtime): Promise<DemoAccount[]> {
  await seedMachineTemplates(rt);
  await seedDefaultRules(rt);
  if (rt.config.mode === "production") {
    await ensureAdmin(rt);
    return [];
  }
  await seedCatalog(rt);
  const { accounts, customer } = await seedDemoAccounts(rt);
  await seedDemoCompute(rt, customer.organizationId, customer.userId);
  await seedDemoMachines(rt, customer, rt.config.demoDevices);
  return accounts;
}

/** The demo's devices: the simulator's own program in this process, claiming over HTTP and speaking MQTT over TCP like any other. */
export async function startDemoDevices(rt: Runtime): Promise<(Part & { count: number }) | null> {
  if (rt.config.mode === "production" || rt.config.demoDevices === 0) return null;
  const fleet = await startSimulatedFleet({
    server: `http://127.0.0.1:${rt.config.port}`,
    stateFolder: join(rt.config.dataDir, "devices"),
    claims: await demoClaims(rt),
    speed: rt.config.simulationSpeed,
    log: rt.log,
  });
  return { name: "simulated-devices", count: fleet.count, stop: () => fleet.stop() };
}
