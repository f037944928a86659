import type { CallOptions } from "../driver.ts";
import { DriverError } from "../errors.ts";
import { type Machine, machine, note } from "./machine.ts";
import { doWithoutSerialLog, writeSerialFromNow } from "./serial.ts";
import { changing, lookAgain, type Session } from "./session.ts";
import { says } from "./virsh-errors.ts";

/** A guest that boots misses the button: it is pressed again. */
const PRESS_AGAIN_MS = 10_000;
/** Restoring the memory of a saved VM, or a host that is busy. */
const START_TIMEOUT_MS = 5 * 60_000;
const ALREADY = /already (?:active|running)|domain is not running|domain is already/i;

/** Somebody else was quicker, or it ended by itself: the next look tells. */
async function orAlready(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!says(error, ALREADY)) throw error;
  }
}

/** QEMU copies a VM for a backup whatever its power does. */
function taskInTheWay(vm: Machine): string | null {
  return vm.busy === "backup" ? null : vm.busy;
}

export async function start(session: Session, ref: string, call: CallOptions): Promise<void> {
  for (;;) {
    const vm = await machine(session, ref, call);
    // Who copies it to another host finds that out before the end, and leaves it here.
    if (vm.notes?.state === "moving" && vm.power === "stopped") await note(session, vm, { state: "ready" }, call);
    if (vm.busy === "create") throw new DriverError("unavailable", `${ref} is still being made`);
    const busy = taskInTheWay(vm);
    if (vm.power === "running" && busy === null) return;
    if (busy !== null && busy !== "migrate") await lookAgain(call);
    else if (vm.power === "suspended") await wake(session, vm, call);
    else await boot(session, vm, call);
  }
}

async function boot(session: Session, vm: Machine, call: CallOptions): Promise<void> {
  const command = ["start", "--domain", vm.address];
  await writeSerialFromNow(session, vm, call);
  try {
    await orAlready(session.virsh.run(command, changing(call, START_TIMEOUT_MS)));
  } catch (error) {
    if (!(await doWithoutSerialLog(session, vm.ref, error, call))) throw error;
    await orAlready(session.virsh.run(command, changing(call, START_TIMEOUT_MS)));
  }
}

async function wake(session: Session, vm: { address: string; asleep: boolean }, call: CallOptions): Promise<void> {
  await orAlready(session.virsh.run([vm.asleep ? "dompmwakeup" : "resume", "--domain", vm.address], changing(call)));
}

export async function cutPower(session: Session, ref: string, call: CallOptions): Promise<void> {
  for (;;) {
    const vm = await machine(session, ref, call);
    if (vm.power === "stopped") return;
    await orAlready(session.virsh.run(["destroy", "--domain", vm.address], changing(call)));
  }
}

export async function shutDown(session: Session, ref: string, timeoutMs: number, call: CallOptions): Promise<void> {
  const giveUpAt = performance.now() + timeoutMs;
  let pressAt = 0;
  for (;;) {
    const vm = await machine(session, ref, call);
    if (vm.power === "stopped") return;
    if (vm.power === "suspended" && taskInTheWay(vm) === null) throw new DriverError("refused", "the guest is suspended and cannot react");
    const now = performance.now();
    if (pressAt > 0 && now >= giveUpAt) throw new DriverError("refused", "the guest did not react");
    if (vm.power === "running" && now >= pressAt) {
      pressAt = now + PRESS_AGAIN_MS;
      // The agent where there is one, else the button; an agent that does not answer is no reason not to press.
      await pressButton(session, vm.address, call);
    }
    await lookAgain(call, Math.max(1, Math.min(300, giveUpAt - performance.now())));
  }
}

async function pressButton(session: Session, address: string, call: CallOptions): Promise<void> {
  try {
    await session.virsh.run(["shutdown", "--domain", address], changing(call));
  } catch (error) {
    if (says(error, ALREADY)) return;
    if (!says(error, /guest agent/i)) throw error;
    await orAlready(session.virsh.run(["shutdown", "--domain", address, "--mode", "acpi"], changing(call)));
  }
}

/** Noted after it was done: who is interrupted in between presses twice rather than never. */
export async function reset(session: Session, ref: string, call: CallOptions): Promise<void> {
  const vm = await machine(session, ref, call);
  if (vm.notes?.resetKey === call.key) return;
  if (vm.power !== "running") throw new DriverError("refused", "the VM does not run");
  await session.virsh.run(["reset", "--domain", vm.address], changing(call));
  await note(session, vm, { resetKey: call.key }, call);
}

export async function suspend(session: Session, ref: string, call: CallOptions): Promise<void> {
  for (;;) {
    const vm = await machine(session, ref, call);
    if (vm.power === "stopped") throw new DriverError("refused", "the VM does not run");
    if (vm.power === "suspended" && taskInTheWay(vm) === null) return;
    if (taskInTheWay(vm) === null) await orAlready(session.virsh.run(["suspend", "--domain", vm.address], changing(call)));
    else await lookAgain(call);
  }
}

export async function resume(session: Session, ref: string, call: CallOptions): Promise<void> {
  for (;;) {
    const vm = await machine(session, ref, call);
    if (vm.power === "stopped") throw new DriverError("refused", "the VM is not suspended");
    if (vm.power === "running") return;
    if (taskInTheWay(vm) === null) await wake(session, vm, call);
    else await lookAgain(call);
  }
}
