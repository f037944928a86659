import type { VmHardware } from "../driver.ts";
import { parseProperties, printProperties } from "./property-string.ts";

const MODELS = new Set(["virtio", "e1000", "e1000e", "rtl8139", "vmxnet3", "ne2k_pci", "pcnet"]);

/**
 * The first network card as the VM is to have it: of the template's it keeps the model, the address and whatever else stands there.
 * @param bridge where the hardware names none
 */
export function networkCard(before: string | undefined, network: VmHardware["network"], bridge: string): string {
  const { options } = parseProperties(before ?? "virtio");
  const model = [...options].find(([key]) => MODELS.has(key));
  const rest = new Map([...options].filter(([key]) => !MODELS.has(key)));
  rest.set("bridge", network.bridge ?? bridge);
  if (network.vlan !== null) rest.set("tag", String(network.vlan));
  // Without an address Proxmox makes one.
  if (!model) return printProperties({ main: "virtio", options: rest });
  return printProperties({ main: null, options: new Map([model, ...rest]) });
}

export function macOf(card: string | undefined): string | null {
  if (card === undefined) return null;
  const mac = [...parseProperties(card).options].find(([key, value]) => (MODELS.has(key) || key === "macaddr") && /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i.test(value));
  return mac ? mac[1].toLowerCase() : null;
}
