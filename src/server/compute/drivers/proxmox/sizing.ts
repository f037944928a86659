import type { Resizing } from "../capabilities.ts";
import { DriverError } from "../errors.ts";
import { doOnce } from "./bring.ts";
import { bootDisk, diskGb } from "./disks.ts";
import { ProxmoxError } from "./errors.ts";
import { changeConfig, growDisk, mustFit, sizeOf, sizeParams } from "./hardware.ts";
import { configOf } from "./look.ts";
import type { Session } from "./session.ts";

export function resizeCall(session: Session): Resizing["resize"] {
  return (ref, size, call) =>
    doOnce(
      session,
      ref,
      call,
      async (vm) => {
        if (vm.power !== "stopped") throw new DriverError("refused", "the VM runs: stop it first");
        const disk = bootDisk(await configOf(session, vm, call));
        const gb = diskGb(disk);
        if (gb !== null && gb > size.storageGb) throw new DriverError("refused", `the disk has ${gb} GB and cannot shrink to ${size.storageGb} GB`);
        if (disk?.storage && gb !== size.storageGb) await mustFit(session, vm.node, disk.storage, size.storageGb, call);
      },
      async (vm) => {
        // The disk first: where the storage is full, nothing else has changed.
        await growDisk(session, vm, size.storageGb, call);
        await changeConfig(session, vm, sizeParams(await configOf(session, vm, call), size), call);
        const after = sizeOf(await configOf(session, vm, call));
        if (after.vcpu !== size.vcpu || after.memoryMb !== size.memoryMb || after.storageGb !== size.storageGb) {
          throw new ProxmoxError("unknown", "other", `${session.hostName} says that it changed VM ${vm.vmid}, but it has ${after.vcpu} vCPU, ${after.memoryMb} MB and a disk of ${after.storageGb} GB`);
        }
      },
    );
}
