import type { CallOptions, Driver } from "../drivers/driver.ts";
import { CallLimit } from "./call-limit.ts";
import { CircuitBreaker } from "./circuit-breaker.ts";

/** Calls that a host is asked to bear at once: those that look, those that change something, which may last for minutes, and those that copy whole disks, for hours. */
const LOOKS_AT_ONCE = 8;
const CHANGES_AT_ONCE = 8;
const COPIES_AT_ONCE = 4;
const CHECK_TIMEOUT_MS = 10_000;

/**
 * A driver whose calls keep to what the host bears and stop when it is away. Asking whether it is there (`probe`) is always let through: it is how one learns
 * that it is back. A call is over when its signal says so, whatever the driver still does.
 */
export function guardDriver(driver: Driver, host: { name: string }, options: { now: () => Date; onChange: (state: "open" | "closed", why: string) => void }): Driver {
  const looks = new CallLimit(LOOKS_AT_ONCE);
  const changes = new CallLimit(CHANGES_AT_ONCE);
  const copies = new CallLimit(COPIES_AT_ONCE);
  const check = (): Promise<unknown> => {
    const signal = AbortSignal.timeout(CHECK_TIMEOUT_MS);
    return untilAborted(signal, driver.probe({ signal, key: "breaker" }));
  };
  const breaker = new CircuitBreaker({ hostName: host.name, check, ...options });
  const through = <T>(limit: CallLimit, call: CallOptions, work: () => Promise<T>): Promise<T> =>
    limit.run(call.signal, () => breaker.run(() => untilAborted(call.signal, work())));
  const look = <T>(call: CallOptions, work: () => Promise<T>): Promise<T> => through(looks, call, work);
  const change = <T>(call: CallOptions, work: () => Promise<T>): Promise<T> => through(changes, call, work);
  const copy = <T>(call: CallOptions, work: () => Promise<T>): Promise<T> => through(copies, call, work);

  return {
    supports: driver.supports,
    probe: (call) => breaker.watch(() => untilAborted(call.signal, driver.probe(call))),
    inspect: (ref, call) => look(call, () => driver.inspect(ref, call)),
    list: (call) => look(call, () => driver.list(call)),
    usage: (refs, call) => look(call, () => driver.usage(refs, call)),
    listSnapshots: (ref, call) => look(call, () => driver.listSnapshots(ref, call)),
    usageHistory: (ref, from, to, call) => look(call, () => driver.usageHistory(ref, from, to, call)),
    listBackups: (call) => look(call, () => driver.listBackups(call)),
    readSerial: (ref, offset, limit, call) => look(call, () => driver.readSerial(ref, offset, limit, call)),
    openConsole: (ref, call) => look(call, () => driver.openConsole(ref, call)),
    create: (ref, hardware, call) => change(call, () => driver.create(ref, hardware, call)),
    configure: (ref, guest, call) => change(call, () => driver.configure(ref, guest, call)),
    destroy: (ref, call) => change(call, () => driver.destroy(ref, call)),
    start: (ref, call) => change(call, () => driver.start(ref, call)),
    // Cutting the power must not stand in line behind guests that are waited for.
    stop: (ref, how, call) => (how.mode === "forced" ? look : change)(call, () => driver.stop(ref, how, call)),
    reset: (ref, call) => look(call, () => driver.reset(ref, call)),
    suspend: (ref, call) => change(call, () => driver.suspend(ref, call)),
    resume: (ref, call) => change(call, () => driver.resume(ref, call)),
    resize: (ref, size, call) => change(call, () => driver.resize(ref, size, call)),
    setPassword: (ref, login, call) => change(call, () => driver.setPassword(ref, login, call)),
    takeSnapshot: (ref, name, call) => change(call, () => driver.takeSnapshot(ref, name, call)),
    restoreSnapshot: (ref, name, call) => change(call, () => driver.restoreSnapshot(ref, name, call)),
    deleteSnapshot: (ref, name, call) => change(call, () => driver.deleteSnapshot(ref, name, call)),
    takeBackup: (ref, name, call) => copy(call, () => driver.takeBackup(ref, name, call)),
    restoreBackup: (ref, name, call) => copy(call, () => driver.restoreBackup(ref, name, call)),
    deleteBackup: (name, call) => change(call, () => driver.deleteBackup(name, call)),
    migrate: (ref, target, how, call) => change(call, () => driver.migrate(ref, target, how, call)),
  };
}

/** The work's end, or the signal's reason when that comes first. */
async function untilAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  let abandon: (() => void) | undefined;
  const abandoned = new Promise<never>((_resolve, reject) => {
    abandon = () => reject(signal.reason as Error);
    if (signal.aborted) abandon();
    else signal.addEventListener("abort", abandon, { once: true });
  });
  try {
    return await Promise.race([work, abandoned]);
  } finally {
    if (abandon) signal.removeEventListener("abort", abandon);
  }
}
