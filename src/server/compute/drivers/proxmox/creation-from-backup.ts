import { z } from "zod";
import type { CallOptions, VmHardware } from "../driver.ts";
import { DriverError } from "../errors.ts";
import type { VmConfig } from "./answers.ts";
import { mustHaveBackup } from "./backup-volumes.ts";
import { bootDisk, cdroms, diskGb, isCloudInitDrive } from "./disks.ts";
import { apiPath, type Params } from "./form.ts";
import { changeConfig, mustFit } from "./hardware.ts";
import { descriptionOf, firstName } from "./identity.ts";
import { configOf, guestRows, type Place } from "./look.ts";
import { numberOf, take } from "./numbers.ts";
import type { Session } from "./session.ts";

/** A VM with the disk and the configuration of a backup, under a number of its own. @returns whether the host was asked for it */
export async function makeFromBackup(session: Session, ref: string, hardware: VmHardware, call: CallOptions): Promise<boolean> {
  const { node } = session.place;
  const archive = await mustHaveBackup(session, hardware.backup ?? "", call);
  const original = parseConfig(await session.client.get(apiPath`/nodes/${node}/vzdump/extractconfig`, { volume: archive.volid }, z.string(), call));
  const gb = diskGb(bootDisk(original)) ?? 0;
  if (gb > hardware.storageGb) throw new DriverError("refused", `the disk in backup ${hardware.backup} has ${gb} GB: more than the ${hardware.storageGb} GB of the VM`);
  const vmid = await numberOf(session, ref, await guestRows(session, call), call);
  if (vmid === null) return false;
  const storage = hardware.storage ?? session.place.settings.storage;
  await mustFit(session, node, storage, hardware.storageGb, call);
  // Addresses of network cards of its own: its original may still be there.
  const params: Params = { vmid, archive: archive.volid, storage, unique: true, name: firstName(ref), description: descriptionOf(ref, vmid) };
  await take(session, ref, vmid, () => session.client.change("POST", apiPath`/nodes/${node}/qemu`, params, call), call);
  return true;
}

/** Discs of the VM that the backup is of: user data for another guest, or no longer there. */
export async function takeOutDiscs(session: Session, place: Place, call: CallOptions): Promise<void> {
  const drives = cdroms(await configOf(session, place, call));
  const foreign = [...drives].filter(([, volume]) => !isCloudInitDrive(volume)).map(([key]) => key);
  if (foreign.length > 0) await changeConfig(session, place, { delete: foreign.join(",") }, call);
}

/** A VM's configuration as it stands in its file. */
function parseConfig(text: string): VmConfig {
  return Object.fromEntries(text.split("\n").flatMap((line) => {
    const match = /^([a-z][a-z_-]*\d*):\s*(.+?)\s*$/.exec(line);
    return match ? [[match[1] ?? "", match[2] ?? ""]] : [];
  }));
}
