import type { DriverName } from "../registry.ts";
import { startLibvirtHypervisor } from "../libvirt/testing/hypervisor.ts";
import { startProxmoxHypervisor } from "../proxmox/testing/hypervisor.ts";
import { startSimulatedHypervisor } from "../simulated/testing/hypervisor.ts";
import type { StartHypervisor } from "./hypervisor.ts";

/** Where each driver is tried. A driver without a place to try it does not compile. */
export const HYPERVISORS: Record<DriverName, StartHypervisor> = {
  simulated: startSimulatedHypervisor,
  proxmox: startProxmoxHypervisor,
  libvirt: startLibvirtHypervisor,
};
