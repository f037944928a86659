import { operationIsOver } from "#shared/compute/states.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import type { DriverHost, VmHardware } from "../drivers/driver.ts";
import { type OperationWithSteps, operationWithSteps } from "../operation-repository.ts";

/** Where tests make their VMs: the one host of its region, so that what is not there is nowhere. */
export const TEST_HOST: DriverHost = {
  id: "hst_00000000000000000000000000",
  name: "sim-frankfurt-1",
  vcpu: 96,
  memoryMb: 384 * 1024,
  storageGb: 8_000,
  endpoint: null,
  node: null,
  credentials: null,
  tlsFingerprint: null,
  settings: {},
};
/** Of the plan "small". */
export const TEST_HARDWARE: VmHardware = {
  image: { slug: "debian-12", source: null },
  backup: null,
  cloneMode: "full",
  storage: null,
  vcpu: 1,
  memoryMb: 2_048,
  storageGb: 25,
  network: { bridge: null, vlan: null },
};
export const TEST_REGION = "eu-frankfurt";

const ENDED_TIMEOUT_MS = 20_000;

/** Waits for the operation's end. @throws Error with where it stands after 20 s */
export async function endedOperation(rt: Runtime, operationId: string): Promise<OperationWithSteps> {
  const deadline = Date.now() + ENDED_TIMEOUT_MS;
  for (;;) {
    const operation = await operationWithSteps(rt, operationId);
    if (operation && operationIsOver(operation.status)) return operation;
    if (Date.now() > deadline) throw new Error(`${operationId} has not ended: ${JSON.stringify(operation)}`);
    await new Promise((done) => setTimeout(done, 10));
  }
}

export const anyCall = { key: "test", signal: new AbortController().signal };
