import { setTimeout as sleep } from "node:timers/promises";
import type { Vm } from "#server/infra/prisma/client.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";
import { callDriver } from "../drivers/call.ts";
import { DriverError } from "../drivers/errors.ts";
import { driverOf } from "../drivers/registry.ts";
import { hostsById } from "../repository.ts";
import { MAX_MESSAGE } from "./append.ts";
import { insertLines } from "./log-repository.ts";
import { claimSerial, moveSerial, postponeSerial, type SerialPosition, trimSerial } from "./serial-repository.ts";
import { fromFirstCharacter, serialLines } from "./serial-text.ts";

/** Who lists a log waits no longer for the host; what it says later is in the log for the next. */
const PATIENCE_MS = 1_000;
const CALL_TIMEOUT_MS = 10_000;
const PAUSE_MS = 2_000;
/** A host that did not answer is left alone for so long. */
const AWAY_MS = 30_000;
/** of one reading */
const MAX_BYTES = 64 * 1024;
/** A line without its end, such as a prompt, waits for it so long. */
const TAIL_MS = 5_000;
/** A guest can write without end while somebody looks: of each VM no more is kept than this, and what comes until the next trimming. */
const KEPT_LINES = 20_000;
const TRIM_EVERY_BYTES = 1024 * 1024;
const MISSING = "— what was written before this is not there any more —";
const GONE = ["terminated", "rolled_back"];

/**
 * Brings what the VM's guest has written to its serial port since into its log. Never throws.
 *
 * It is read when somebody looks, not all the time: of a thousand guests hardly one is looked at, and hosts keep the output themselves. For the same reason it is not read
 * once more before a VM is stopped, as it can be read afterwards, or deleted: a deletion must not wait for what nobody has asked to see.
 */
export async function readSerialLog(rt: Runtime, vm: Vm): Promise<void> {
  const now = rt.clock.now();
  if (vm.hostId === null || vm.hypervisorRef === null || GONE.includes(vm.status)) return;
  if (vm.serialReadAt !== null && now.getTime() - vm.serialReadAt.getTime() < PAUSE_MS) return;
  const reading = read(rt, { id: vm.id, hostId: vm.hostId, ref: vm.hypervisorRef }, now).catch((error: unknown) => {
    rt.log.warn({ err: error, vmId: vm.id }, "logs: serial output was not read");
  });
  const enough = new AbortController();
  await Promise.race([reading, sleep(PATIENCE_MS, undefined, { signal: enough.signal }).catch(() => {})]);
  enough.abort();
}

async function read(rt: Runtime, vm: { id: string; hostId: string; ref: string }, now: Date): Promise<void> {
  const [host] = await hostsById(rt, [vm.hostId]);
  if (!host || host.status === "maintenance") return;
  const driver = driverOf(rt, host);
  if (!driver.supports.has("serial-log")) return;
  const position = await claimSerial(rt, vm.id, now, PAUSE_MS);
  if (!position) return;
  try {
    const { bytes, next, skipped } = await callDriver({ signal: new AbortController().signal, timeoutMs: CALL_TIMEOUT_MS, key: "serial" }, (call) =>
      driver.readSerial(vm.ref, position.offset, MAX_BYTES, call),
    );
    // What there is begins elsewhere: something was lost, or the output is another one.
    const whole = skipped || next - bytes.length !== position.offset ? fromFirstCharacter(bytes) : bytes;
    await store(rt, vm.id, position, { bytes: whole, next, skipped });
  } catch (error) {
    // It is being made, or was moved or removed a moment ago.
    if (error instanceof DriverError && error.failure === "not_found") return;
    await postponeSerial(rt, vm.id, new Date(rt.clock.now().getTime() + AWAY_MS - PAUSE_MS));
    throw error;
  }
}

/** Lines and position change together, and only if no other reader was quicker: each line is there once, in its place. */
async function store(rt: Runtime, vmId: string, position: SerialPosition, { bytes, next, skipped }: { bytes: Buffer; next: number; skipped: boolean }): Promise<void> {
  const at = rt.clock.now();
  const begin = next - bytes.length;
  const waited = begin === position.offset && position.tailAt !== null && at.getTime() - position.tailAt.getTime() >= TAIL_MS;
  const { lines, consumed, open } = serialLines(bytes, waited);
  const offset = begin + consumed;
  const tailAt = !open ? null : offset === position.offset ? (position.tailAt ?? at) : at;
  if (offset === position.offset && tailAt?.getTime() === position.tailAt?.getTime()) return;
  const told = (skipped ? [MISSING, ...lines] : lines).map((line) => (line.length > MAX_MESSAGE ? `${line.slice(0, MAX_MESSAGE - 1)}…` : line));
  const moved = await transact(rt, async (tx) => {
    if (!(await moveSerial(tx, vmId, position.offset, { offset, tailAt }))) return false;
    await insertLines(tx, told.map((message) => ({ vmId, operationId: null, at, level: "info", source: "serial", message })));
    if (Math.floor(offset / TRIM_EVERY_BYTES) !== Math.floor(position.offset / TRIM_EVERY_BYTES)) await trimSerial(tx, vmId, KEPT_LINES);
    return true;
  });
  // For others who look, and for who did not wait.
  if (moved && told.length > 0) rt.realtime.publish({ rooms: [`vm:${vmId}`], name: "vm.log", data: { vmId } });
}
