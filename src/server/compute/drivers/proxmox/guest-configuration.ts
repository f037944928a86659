import { isIPv6 } from "node:net";
import type { Provisioning } from "../capabilities.ts";
import type { CallOptions, GuestConfiguration } from "../driver.ts";
import { DriverError } from "../errors.ts";
import type { VmConfig } from "./answers.ts";
import { doOnce } from "./bring.ts";
import { bootDisk, cdroms, isCloudInitDrive } from "./disks.ts";
import { encodeSshKeys, type Params } from "./form.ts";
import { changeConfig } from "./hardware.ts";
import { configOf, type SeenVm } from "./look.ts";
import { macOf } from "./network.ts";
import type { Session } from "./session.ts";
import { isUserDataImage, putUserDataImage, removeUserDataImages } from "./user-data-image.ts";

/** A DNS name: Proxmox gives the VM's name to the guest as its host name. */
const HOST_NAME = /^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*$/;
const FREE_DRIVES = ["ide2", "ide0", "ide3", "ide1", "sata5"];
const CLOUD_INIT = ["ciuser", "cipassword", "sshkeys", "ipconfig0", "nameserver"] as const;

export function configureCall(session: Session): Provisioning["configure"] {
  return (ref, guest, call) => {
    if (!HOST_NAME.test(guest.hostname)) return Promise.reject(new DriverError("refused", `"${guest.hostname}" is no host name`));
    return doOnce(session, ref, call, () => {}, (vm) => configure(session, ref, vm, guest, call));
  };
}

async function configure(session: Session, ref: string, vm: SeenVm, guest: GuestConfiguration, call: CallOptions): Promise<void> {
  const config = await configOf(session, vm, call);
  const drives = cdroms(config);
  const before = [...drives].find(([, volume]) => isCloudInitDrive(volume) || isUserDataImage(session, ref, volume));
  const key = before?.[0] ?? FREE_DRIVES.find((each) => config[each] === undefined);
  if (key === undefined) throw new DriverError("refused", `VM ${vm.vmid} has no free drive for cloud-init`);
  let image: string | null = null;
  if (guest.userData !== null || tooManyAddresses(guest)) {
    image = await putUserDataImage(session, ref, vm.node, guest, macOf(typeof config.net0 === "string" ? config.net0 : undefined), call);
    // Proxmox's own data would be a second source beside ours.
    await changeConfig(session, vm, { name: guest.hostname, [key]: `${image},media=cdrom`, ...deletion(config, CLOUD_INIT) }, call);
  } else {
    const drive = before && isCloudInitDrive(before[1]) ? {} : { [key]: `${bootDisk(config)?.storage ?? session.place.settings.storage}:cloudinit` };
    await changeConfig(session, vm, { ...nativeParams(config, guest), ...drive }, call);
  }
  await removeUserDataImages(session, ref, call, image, vm.node);
}

/** Proxmox's `ipconfig0` has room for one of each family. */
function tooManyAddresses(guest: GuestConfiguration): boolean {
  const six = guest.addresses.filter((each) => isIPv6(each.address)).length;
  return six > 1 || guest.addresses.length - six > 1;
}

function nativeParams(config: VmConfig, guest: GuestConfiguration): Params {
  const absent = [...(guest.sshKeys.length === 0 ? ["sshkeys" as const] : []), ...(guest.nameservers.length === 0 ? ["nameserver" as const] : [])];
  return {
    name: guest.hostname,
    ciuser: guest.user,
    // A crypt hash is taken as it is.
    cipassword: guest.passwordHash,
    ipconfig0: ipConfig(guest),
    ...(guest.sshKeys.length > 0 ? { sshkeys: encodeSshKeys(guest.sshKeys) } : {}),
    ...(guest.nameservers.length > 0 ? { nameserver: guest.nameservers.join(" ") } : {}),
    ...deletion(config, absent),
  };
}

function ipConfig({ addresses }: GuestConfiguration): string {
  if (addresses.length === 0) return "ip=dhcp,ip6=auto";
  return addresses
    .flatMap(({ address, prefix, gateway }) => {
      const six = isIPv6(address) ? "6" : "";
      return [`ip${six}=${address}/${prefix}`, ...(gateway === null ? [] : [`gw${six}=${gateway}`])];
    })
    .join(",");
}

function deletion(config: VmConfig, keys: readonly string[]): Params {
  const set = keys.filter((key) => config[key] !== undefined);
  return set.length === 0 ? {} : { delete: set.join(",") };
}
