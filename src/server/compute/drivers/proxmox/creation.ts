import { setTimeout as sleep } from "node:timers/promises";
import type { CallOptions, VmHardware } from "../driver.ts";
import { DriverError } from "../errors.ts";
import { features, type ResourceRow } from "./answers.ts";
import { lockPatience } from "./bring.ts";
import { makeFromBackup, takeOutDiscs } from "./creation-from-backup.ts";
import { destroyVm } from "./destruction.ts";
import { bootDisk, diskGb } from "./disks.ts";
import { ProxmoxError, type ProxmoxReason } from "./errors.ts";
import type { Params } from "./form.ts";
import { createGate } from "./gate.ts";
import { changeConfig, growDisk, mustFit, sizeOf, sizeParams } from "./hardware.ts";
import { descriptionOf, firstName, isOurTag, tagOf, tagsOf } from "./identity.ts";
import { configOf, guestRows, lookAt, type Place, type SeenVm, vmPath } from "./look.ts";
import { networkCard } from "./network.ts";
import { numberOf, take } from "./numbers.ts";
import type { Session } from "./session.ts";
import { followTask } from "./tasks.ts";

/** Clones at a time by this process on one host: more only wait for each other's lock files, until they give up. */
const CLONES = 2;
const ATTEMPTS = 20;
const PASSING: ReadonlySet<ProxmoxReason> = new Set(["locked", "busy", "exists", "absent", "no_task"]);

export type Create = (ref: string, hardware: VmHardware, call: CallOptions) => Promise<void>;

/**
 * Creation in steps that each can be met half-done: number reserved → cloned, or made from a backup (it bears our mark in its description) → processors, memory and network →
 * disk grown → tag. A VM with the tag is complete. The number is the ref's own: whatever is repeated, a second VM would need the same number and is refused by Proxmox.
 */
export function createCall(session: Session): Create {
  const gate = createGate(CLONES);
  return async (ref, hardware, call) => {
    let last: DriverError | null = null;
    let cloned = false;
    const patience = lockPatience(session);
    for (let attempt = 1; attempt <= ATTEMPTS; ) {
      call.signal.throwIfAborted();
      const vm = await lookAt(session, ref, call);
      const [task] = vm?.tasks ?? [];
      if (vm && task) {
        await followTask(session, task.upid, call);
        continue;
      }
      if (vm && (vm.forming || vm.lock !== null)) {
        patience(vm);
        await sleep(session.pace.pollMs, undefined, { signal: call.signal });
        continue;
      }
      attempt += 1;
      try {
        if (vm) {
          if (isComplete(ref, vm)) return await mustBeAlike(session, ref, vm, hardware, call);
          if (vm.wreck) {
            await destroyVm(session, ref, call);
            continue;
          }
          await complete(session, ref, vm, hardware, call);
          continue;
        }
        const make = hardware.backup === null ? clone : makeFromBackup;
        cloned = (await gate(call.signal, () => make(session, ref, hardware, call))) || cloned;
        continue;
      } catch (error) {
        if (!(error instanceof DriverError)) throw error;
        last = error;
        // Its answer was lost: it may have been made. And of a restore that fails, Proxmox leaves the number.
        cloned ||= vm === null && (error.failure === "unknown" || hardware.backup !== null);
        const passing = error.failure === "unknown" || (error instanceof ProxmoxError && PASSING.has(error.reason));
        if (!passing) {
          if (cloned && error.failure === "refused") await destroyVm(session, ref, call).catch((why: unknown) => session.log.warn({ err: why, ref }, "proxmox: half of a VM is left"));
          throw error;
        }
        await sleep(Math.min(session.pace.pollMs * 2 ** Math.min(attempt, 6), session.pace.slowestPollMs * 2), undefined, { signal: call.signal });
      }
    }
    throw last ?? new ProxmoxError("unavailable", "other", `${session.hostName} says that it made VM ${ref}, but does not have it`);
  };
}

/** The tag of another VM of ours came with the backup that it was made from. */
function isComplete(ref: string, { vmid, status }: SeenVm): boolean {
  return tagsOf(status.tags).includes(tagOf(ref, vmid));
}

async function mustBeAlike(session: Session, ref: string, place: Place, hardware: VmHardware, call: CallOptions): Promise<void> {
  const size = sizeOf(await configOf(session, place, call));
  if (size.vcpu !== hardware.vcpu || size.memoryMb !== hardware.memoryMb || size.storageGb !== hardware.storageGb) {
    throw new DriverError("refused", `${session.hostName} has another VM named ${ref}`);
  }
}

/** @returns whether the host was asked for a clone */
async function clone(session: Session, ref: string, hardware: VmHardware, call: CallOptions): Promise<boolean> {
  const rows = await guestRows(session, call);
  const template = await templateOf(session, rows, hardware, call);
  const vmid = await numberOf(session, ref, rows, call);
  if (vmid === null) return false;
  const { node } = session.place;
  const storage = hardware.storage ?? session.place.settings.storage;
  const full = hardware.cloneMode === "full" || (hardware.storage !== null && hardware.storage !== template.storage) || !(await canLink(session, template, call));
  const place = full ? storage : (template.storage ?? storage);
  const { shared } = await mustFit(session, node, place, hardware.storageGb, call);
  if (template.node !== node && !shared) throw new DriverError("refused", `template ${template.vmid} is on ${template.node}, and storage ${place} is not shared with ${node}: make the template on ${node} too, or use a shared storage`);
  const params: Params = {
    newid: vmid,
    name: firstName(ref),
    description: descriptionOf(ref, vmid),
    full,
    ...(full ? { storage } : {}),
    ...(template.node === node ? {} : { target: node }),
  };
  await take(session, ref, vmid, () => session.client.change("POST", `${vmPath(template)}/clone`, params, call), call);
  return true;
}

interface Template extends Place {
  storage: string | null;
}

async function templateOf(session: Session, rows: readonly ResourceRow[], hardware: VmHardware, call: CallOptions): Promise<Template> {
  const { source, slug } = hardware.image;
  if (source === null || !/^[1-9]\d{2,8}$/.test(source)) throw new DriverError("refused", `image ${slug} has no template on ${session.hostName}: its number belongs in the catalog`);
  const row = rows.find((each) => each.type === "qemu" && each.vmid === Number(source));
  if (row?.node === undefined) throw new DriverError("refused", `${session.hostName} has no template ${source} (or does not show it to us) for image ${slug}`);
  if (!row.template) throw new DriverError("refused", `VM ${source} on ${session.hostName} is not a template`);
  const place = { node: row.node, vmid: Number(source) };
  const disk = bootDisk(await configOf(session, place, call));
  if (!disk) throw new DriverError("refused", `template ${source} has no disk to boot from`);
  const gb = diskGb(disk) ?? 0;
  if (gb > hardware.storageGb) throw new DriverError("refused", `the disk of image ${slug} has ${gb} GB: more than the ${hardware.storageGb} GB of the VM`);
  return { ...place, storage: disk.storage };
}

async function canLink(session: Session, template: Place, call: CallOptions): Promise<boolean> {
  return (await session.client.get(`${vmPath(template)}/feature`, { feature: "clone" }, features, call)).hasFeature;
}

/** Everything between the clone and the tag. */
async function complete(session: Session, ref: string, place: Place, hardware: VmHardware, call: CallOptions): Promise<void> {
  if (hardware.backup !== null) await takeOutDiscs(session, place, call);
  const config = await configOf(session, place, call);
  const card = typeof config.net0 === "string" ? config.net0 : undefined;
  const net0 = networkCard(card, hardware.network, session.place.settings.bridge);
  await changeConfig(session, place, { ...sizeParams(config, hardware), net0, agent: "1" }, call);
  await growDisk(session, place, hardware.storageGb, call);
  const after = sizeOf(await configOf(session, place, call));
  if (after.vcpu !== hardware.vcpu || after.memoryMb !== hardware.memoryMb || after.storageGb !== hardware.storageGb) {
    throw new ProxmoxError("unknown", "other", `${session.hostName} says that it gave VM ${place.vmid} its size, but it has ${after.vcpu} vCPU, ${after.memoryMb} MB and a disk of ${after.storageGb} GB`);
  }
  const tags = [...tagsOf(typeof config.tags === "string" ? config.tags : undefined).filter((tag) => !isOurTag(tag)), tagOf(ref, place.vmid)];
  await changeConfig(session, place, { tags: tags.join(";") }, call);
}
