import type { CallOptions, DriverHost } from "../driver.ts";
import { DriverError } from "../errors.ts";
import { readHost } from "./connection.ts";
import { copyStopped } from "./migration-copy.ts";
import { moveRunning } from "./migration-live.ts";
import { define, findMachine, type Machine, notThere } from "./machine.ts";
import { destroy } from "./provisioning.ts";
import { readFacts } from "./host-facts.ts";
import { changing, lookAgain, reading, type Session } from "./session.ts";
import { createVirsh } from "./virsh.ts";
import { readNotes, withNotes } from "./vm-notes.ts";
import { deleteVolume, ourVolumes } from "./volumes.ts";
import { first, parseXml } from "./xml.ts";

/** Kinds of pools that several hosts can have. */
const NETWORK_POOLS = new Set(["netfs", "rbd", "iscsi", "iscsi-direct", "gluster", "vstorage"]);
/** How long a source that libvirt has already stopped may still be known here. */
const ENDING_MS = 5_000;

/** Where the VM is decides what is left to do, whoever began it. */
export async function migrate(session: Session, ref: string, target: DriverHost, how: { live: boolean; bandwidthMbps: number | null }, call: CallOptions): Promise<void> {
  const there = peerSession(session, target);
  for (;;) {
    const [source, arrived] = await Promise.all([findMachine(session, ref, call), findMachine(there, ref, call)]);
    if (!source && !arrived) notThere(session, ref);
    if (!source) {
      await leaveNothing(session, ref, call);
      return;
    }
    if (source.busy === "create") throw new DriverError("refused", "the VM is not made yet");
    if (isUnderWay(source, arrived)) {
      await lookAgain(call);
    } else if (arrived && arrived.notes?.state !== "moving" && source.power === "stopped" && source.notes?.state === "moving") {
      // All of it is there; this is what is left.
      await removeSource(session, ref, call);
    } else if (arrived && arrived.power !== "stopped" && source.power === "stopped") {
      // libvirt removes the source itself, unless it was interrupted.
      await lookAgain(call, ENDING_MS);
      if (await findMachine(session, ref, call)) await removeSource(session, ref, call);
    } else if (arrived && arrived.notes?.state !== "moving") {
      throw new DriverError("refused", `${there.host.name} has another VM named ${ref}`);
    } else {
      const shared = await isShared(session, there, source, call);
      if (arrived) await giveUp(there, arrived, shared, call);
      const move = source.power === "stopped" ? copyStopped(session, there, source, shared, call) : moveRunning(session, there, source, how, shared, call);
      await move.catch((error: unknown) => undo(session, there, ref, shared, error, call));
    }
  }
}

function peerSession(session: Session, target: DriverHost): Session {
  const host = readHost(target);
  if (host.endpoint.split(/[+:]/)[0] !== session.host.endpoint.split(/[+:]/)[0]) throw new DriverError("refused", "VMs move only between hosts with the same hypervisor");
  const virsh = createVirsh(host, session.program);
  return { ...session, host, virsh, facts: (call) => readFacts(virsh, host, reading(call)) };
}

/** libvirt is moving it alive now, perhaps for a process that is gone. A copy that was begun shows in the notes instead. */
function isUnderWay(source: Machine, arrived: Machine | null): boolean {
  return source.power !== "stopped" && [source, arrived].some((vm) => vm?.busy === "migrate" && vm.notes?.state !== "moving");
}

/** One storage for both: what is here is there. */
async function isShared(session: Session, there: Session, source: Machine, call: CallOptions): Promise<boolean> {
  if (session.host.settings.sharedStorage && there.host.settings.sharedStorage) return true;
  const pool = source.notes?.pool || session.host.settings.pool;
  const described = async (each: Session): Promise<string> => {
    const [text = ""] = await each.virsh.ask([["pool-dumpxml", "--pool", pool]], { ...reading(call), tolerate: /pool/i });
    const root = text.trim() === "" ? undefined : parseXml(text)[0];
    return root && NETWORK_POOLS.has(root.attributes["type"] ?? "") ? JSON.stringify(first(root, "source")) : "";
  };
  const [own, other] = await Promise.all([described(session), described(there)]);
  return own !== "" && own === other;
}

/** The source with its disks, now that all of it is on the other host. With shared storage the disks stay. */
async function removeSource(session: Session, ref: string, call: CallOptions): Promise<void> {
  const source = await findMachine(session, ref, call);
  if (!source) return;
  if (source.power !== "stopped") throw new DriverError("refused", "the VM was started here while it was moved");
  await undefine(session, source, call);
}

/** What has arrived of a VM that is still at its source. Disks that both share are the source's. */
async function giveUp(there: Session, arrived: Machine, shared: boolean, call: CallOptions): Promise<void> {
  if (shared) await undefine(there, arrived, call);
  else await destroy(there, arrived.ref, call);
}

async function undefine(session: Session, vm: Machine, call: CallOptions): Promise<void> {
  await session.virsh.run(["undefine", "--domain", vm.address, "--managed-save", "--snapshots-metadata", "--checkpoints-metadata", "--nvram"], changing(call));
}

async function leaveNothing(session: Session, ref: string, call: CallOptions): Promise<void> {
  for (const left of await ourVolumes(session, ref, call)) await deleteVolume(session, left, call);
}

/** After a refusal the VM is where it was, and nothing of it on the other host. Other failures leave what is there to the next call. */
async function undo(session: Session, there: Session, ref: string, shared: boolean, error: unknown, call: CallOptions): Promise<never> {
  if (!(error instanceof DriverError) || error.failure !== "refused") throw error;
  const [source, arrived] = await Promise.all([findMachine(session, ref, call), findMachine(there, ref, call)]);
  if (source && (arrived === null || arrived.power === "stopped")) {
    if (source.notes?.state === "moving") await define(session, withNotes(source.definition, { ...(readNotes(source.definition) ?? source.notes), state: "ready" }), call);
    if (arrived) await giveUp(there, arrived, shared, call);
    else await leaveNothing(there, ref, call);
  }
  throw error;
}
