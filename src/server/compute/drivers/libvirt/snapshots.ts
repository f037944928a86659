import type { CallOptions, VmSnapshotObservation } from "../driver.ts";
import { DriverError } from "../errors.ts";
import { type Machine, machine } from "./machine.ts";
import { changing, reading, type Session } from "./session.ts";
import { says } from "./virsh-errors.ts";
import { parseXml, textAt } from "./xml.ts";

/** Writing, or reading back, the memory of a large guest. */
const MEMORY_TIMEOUT_MS = 60 * 60_000;
export const NO_SNAPSHOT = /domain snapshot not found|no domain snapshot/i;

export async function snapshotNames(session: Session, vm: Machine, call: CallOptions): Promise<string[]> {
  const list = await session.virsh.run(["snapshot-list", "--domain", vm.address, "--name"], reading(call));
  return list.split("\n").filter((name) => name !== "");
}

/** Inside the disk's own file (qcow2), with the memory of a VM that runs. */
export async function takeSnapshot(session: Session, ref: string, name: string, call: CallOptions): Promise<void> {
  const vm = await machine(session, ref, call);
  if ((await snapshotNames(session, vm, call)).includes(name)) return;
  await session.virsh.run(["snapshot-create-as", "--domain", vm.address, "--name", name, "--atomic"], changing(call, MEMORY_TIMEOUT_MS));
}

export async function listSnapshots(session: Session, ref: string, call: CallOptions): Promise<VmSnapshotObservation[]> {
  const vm = await machine(session, ref, call);
  const all = await snapshotNames(session, vm, call);
  if (all.length === 0) return [];
  const described = await session.virsh.ask(all.map((name) => ["snapshot-dumpxml", "--domain", vm.address, "--snapshotname", name]), { ...reading(call), tolerate: NO_SNAPSHOT });
  return described
    .flatMap((text): VmSnapshotObservation[] => {
      const snapshot = text.trim() === "" ? undefined : parseXml(text)[0];
      return snapshot ? [{ name: textAt(snapshot, "name") ?? "", takenAt: new Date(Number(textAt(snapshot, "creationTime")) * 1_000), sizeMb: null }] : [];
    })
    .toSorted((a, b) => a.takenAt.getTime() - b.takenAt.getTime());
}

export async function restoreSnapshot(session: Session, ref: string, name: string, call: CallOptions): Promise<void> {
  const vm = await machine(session, ref, call);
  if (!(await snapshotNames(session, vm, call)).includes(name)) throw new DriverError("refused", `the VM has no snapshot ${name}`);
  const command = ["snapshot-revert", "--domain", vm.address, "--snapshotname", name];
  try {
    await session.virsh.run(command, changing(call, MEMORY_TIMEOUT_MS));
  } catch (error) {
    // Another size or other devices than then: QEMU has to begin anew.
    if (!says(error, /revert requires force|must respawn/i)) throw error;
    await session.virsh.run([...command, "--force"], changing(call, MEMORY_TIMEOUT_MS));
  }
}

export async function deleteSnapshot(session: Session, ref: string, name: string, call: CallOptions): Promise<void> {
  const vm = await machine(session, ref, call);
  try {
    await session.virsh.run(["snapshot-delete", "--domain", vm.address, "--snapshotname", name], changing(call, MEMORY_TIMEOUT_MS));
  } catch (error) {
    if (!says(error, NO_SNAPSHOT)) throw error;
  }
}
