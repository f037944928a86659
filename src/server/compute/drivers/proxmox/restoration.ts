import { z } from "zod";
import type { Backups } from "../capabilities.ts";
import type { CallOptions } from "../driver.ts";
import { DriverError } from "../errors.ts";
import type { BackupRow, VmConfig } from "./answers.ts";
import { mustBeReached, mustHaveBackup } from "./backup-volumes.ts";
import { bring } from "./bring.ts";
import { bootDisk, cdroms, diskGb, isCloudInitDrive } from "./disks.ts";
import { ProxmoxError } from "./errors.ts";
import { apiPath, type Params } from "./form.ts";
import { changeConfig, finish, growDisk, sizeOf } from "./hardware.ts";
import { configOf, type SeenVm, vmPath } from "./look.ts";
import { noteOf, withNote } from "./notes.ts";
import { BROKEN, COMPLETE, dropPlan, keepPlan, ownParams, planId, planOf, RESTORED, type RestorationPlan, strangeKeys, unfinishedPlan } from "./restoration-plan.ts";
import type { Session } from "./session.ts";

/**
 * Proxmox restores in place by making the VM anew under its number: configuration and disks are emptied, filled from the archive, and the configuration becomes
 * the backup's. What is the VM's own goes along with the request and overrules the backup's; disk size and CD drives cannot, and are put right afterwards. The
 * VM's notes say how far it is.
 */
export function restoreCall(session: Session): Backups["restoreBackup"] {
  return (ref, name, call) =>
    bring(session, ref, call, async (vm) => {
      if (!vm) throw new DriverError("not_found", `${session.hostName} has no ${ref}`);
      if (vm.tasks.length > 0 || vm.forming || (vm.lock !== null && vm.lock !== "suspended")) return { ask: async () => null };
      const config = await configOf(session, vm, call);
      if (noteOf(String(config.description ?? ""), COMPLETE) === planId(call)) return "reached";
      if (vm.power !== "stopped") throw new DriverError("refused", "the VM runs: stop it first");
      const row = await mustHaveBackup(session, name, call);
      await mustBeReached(session, vm, call);
      return {
        async ask(now) {
          await restore(session, ref, now, { name, row }, call);
          return null;
        },
      };
    });
}

async function restore(session: Session, ref: string, vm: SeenVm, backup: { name: string; row: BackupRow }, call: CallOptions): Promise<void> {
  const config = await configOf(session, vm, call);
  const unfinished = await unfinishedPlan(session, ref, vm, config, backup, call);
  if (!unfinished && vm.wreck) throw new DriverError("refused", `a restore of VM ${vm.vmid} broke off, and the backup that knew what it was is gone`);
  const plan = { ...(unfinished ?? planOf(ref, vm.vmid, config, planId(call))), id: planId(call) };
  if (noteOf(String(config.description ?? ""), RESTORED) !== plan.id) {
    const password = plan.password ? await passwordOf(session, vm, config, call) : null;
    await keepPlan(session, backup.name, backup.row, plan, call);
    await overwrite(session, vm, backup.row, plan, password, call);
  }
  await putRight(session, vm, plan, call);
  await dropPlan(session, backup.name, backup.row, call);
  await changeConfig(session, vm, { description: withNote(plan.description, COMPLETE, plan.id) }, call);
}

async function overwrite(session: Session, vm: SeenVm, row: BackupRow, plan: RestorationPlan, password: string | null, call: CallOptions): Promise<void> {
  const params: Params = {
    ...ownParams(plan, RESTORED),
    ...(password === null ? {} : { cipassword: password }),
    vmid: vm.vmid,
    archive: row.volid,
    force: true,
    ...(plan.storage === null ? {} : { storage: plan.storage }),
  };
  try {
    await finish(session, await session.client.change("POST", apiPath`/nodes/${vm.node}/qemu`, params, call), call);
  } catch (error) {
    if (error instanceof ProxmoxError && error.failure === "refused") await markBroken(session, vm, plan, call);
    throw error;
  }
}

/** A restore that failed leaves a VM with nothing, not even our marks: they are put back, so that it can be restored again, or deleted. */
async function markBroken(session: Session, vm: SeenVm, plan: RestorationPlan, call: CallOptions): Promise<void> {
  try {
    const config = await configOf(session, vm, call);
    if (bootDisk(config) === null) await changeConfig(session, vm, ownParams(plan, BROKEN), call);
  } catch (error) {
    session.log.warn({ err: error, vmid: vm.vmid }, "proxmox: a VM without its marks is left");
  }
}

/** What could not go along with the request. */
async function putRight(session: Session, vm: SeenVm, plan: RestorationPlan, call: CallOptions): Promise<void> {
  const config = await configOf(session, vm, call);
  const { set, gone } = driveChanges(plan, config, session.place.settings.storage);
  const deleted = [...strangeKeys(plan, config), ...gone];
  if (deleted.length > 0 || Object.keys(set).length > 0) await changeConfig(session, vm, { ...set, ...(deleted.length > 0 ? { delete: deleted.join(",") } : {}) }, call);
  if ((diskGb(bootDisk(config)) ?? 0) < plan.storageGb) await growDisk(session, vm, plan.storageGb, call);
  const after = sizeOf(await configOf(session, vm, call));
  const wanted = sizeOf(plan.own);
  if (after.vcpu !== wanted.vcpu || after.memoryMb !== wanted.memoryMb || after.storageGb < plan.storageGb) {
    throw new ProxmoxError("unknown", "other", `${session.hostName} says that it restored VM ${vm.vmid}, but it has ${after.vcpu} vCPU, ${after.memoryMb} MB and a disk of ${after.storageGb} GB`);
  }
}

/** CD drives as the VM had them: the backup's may be an image that is gone. A cloud-init drive is made anew on any storage, and filled at the start. */
function driveChanges(plan: RestorationPlan, config: VmConfig, storage: string): { set: Params; gone: string[] } {
  const now = cdroms(config);
  const same = (volume: string, other: string | undefined): boolean => other !== undefined && (volume === other || (isCloudInitDrive(volume) && isCloudInitDrive(other)));
  const set = Object.entries(plan.drives).filter(([key, volume]) => !same(volume, now.get(key)));
  return {
    set: Object.fromEntries(set.map(([key, volume]) => [key, isCloudInitDrive(volume) ? `${plan.storage ?? storage}:cloudinit` : `${volume},media=cdrom`])),
    gone: [...now.keys()].filter((key) => plan.drives[key] === undefined),
  };
}

/** The hash that the guest is told. It is in no plan: those can be read by whoever may see the storage. Proxmox shows it in cloud-init's data alone. */
async function passwordOf(session: Session, vm: SeenVm, config: VmConfig, call: CallOptions): Promise<string | null> {
  if (![...cdroms(config).values()].some(isCloudInitDrive)) return null;
  const data = await session.client.get(`${vmPath(vm)}/cloudinit/dump`, { type: "user" }, z.string(), call);
  return /^password: (\$\S+)$/m.exec(data)?.[1] ?? null;
}
