import type { DriverHost } from "../driver.ts";

/** A simulated host as its driver needs to know it. */
export function simulatedHostNamed(name: string, capacity = { vcpu: 8, memoryMb: 8_192, storageGb: 100 }): DriverHost {
  return { id: `hst_${name}`, name, ...capacity, endpoint: null, node: null, credentials: null, tlsFingerprint: null, settings: {} };
}
