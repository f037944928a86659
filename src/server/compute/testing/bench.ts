import { credits } from "#shared/credits.ts";
import { systemClock } from "#server/infra/clock.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { makePerson, type Person } from "#server/testing/people.ts";
import { createTestRuntime } from "#server/testing/runtime.ts";
import type { Driver } from "../drivers/driver.ts";
import { type Fault, clearFaults, injectFault } from "../drivers/simulated/faults.ts";
import { createSimulatedDriver } from "../drivers/simulated/simulated-driver.ts";
import { simulatedHostFolder } from "../drivers/simulated/simulated-host.ts";
import { type OperationWorker, startOperationWorker, type WorkerOptions } from "../operation-worker.ts";
import type { OperationWithSteps } from "../operation-repository.ts";
import { createProject } from "../projects.ts";
import { createVm } from "../provision.ts";
import { seedCatalog } from "../seed.ts";
import { endedOperation, TEST_HOST, TEST_REGION } from "./places.ts";

/** A catalog, a customer with credits and a project on a database of their own, with the computer's clock: the hypervisor's tasks take real time. */
export interface ComputeBench {
  rt: Runtime;
  databaseUrl: string | null;
  customer: Person;
  projectId: string;
  /** The simulated host that has the VM; without one the first of the region where tests make theirs. */
  driver: Driver;
  fault(fault: Fault): void;
  mend(): void;
  create(name?: string): Promise<{ vmId: string; operationId: string; password: string }>;
  worker(options?: Partial<WorkerOptions>): OperationWorker;
  /** Waits for the operation's end. */
  ended(operationId: string): Promise<OperationWithSteps>;
  close(): Promise<void>;
}

export async function createComputeBench(welcome = credits(100)): Promise<ComputeBench> {
  const base = await createTestRuntime({ simulationSpeed: 200 });
  const rt: Runtime = { ...base, clock: systemClock };
  await seedCatalog(rt);
  const customer = await makePerson(rt, { welcome });
  const project = await createProject(rt, customer.actor, { name: "Test" });
  const folder = simulatedHostFolder(rt.config.dataDir, TEST_HOST.name);
  const workers: OperationWorker[] = [];
  return {
    rt,
    databaseUrl: base.databaseUrl,
    customer,
    projectId: project.id,
    driver: createSimulatedDriver({ folder: rt.config.dataDir, speed: rt.config.simulationSpeed }, TEST_HOST),
    fault: (fault) => injectFault(folder, fault),
    mend: () => clearFaults(folder),
    async create(name = "web-1") {
      const made = await createVm(rt, customer.actor, { name, projectId: project.id, plan: "small", templateId: "debian-12", region: TEST_REGION, sshKeys: [], metadata: {} });
      return { vmId: made.id, operationId: made.provisioningJobId, password: made.password };
    },
    worker(options = {}) {
      const worker = startOperationWorker(rt, { concurrency: 4, retryBaseMs: 10, ...options });
      workers.push(worker);
      return worker;
    },
    ended: (operationId) => endedOperation(rt, operationId),
    async close() {
      await Promise.all(workers.map((worker) => worker.stop()));
      await base.close();
    },
  };
}
