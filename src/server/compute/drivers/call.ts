import type { CallOptions } from "./driver.ts";
import { DriverError } from "./errors.ts";

/**
 * Calls a driver with a deadline that holds even if the driver overlooks its signal. Too late means that the outcome is unknown.
 * An abort by `signal` is thrown as its reason.
 */
export async function callDriver<T>(options: { signal: AbortSignal; timeoutMs: number; key: string; report?: CallOptions["report"] }, work: (call: CallOptions) => Promise<T>): Promise<T> {
  const deadline = AbortSignal.timeout(options.timeoutMs);
  const signal = AbortSignal.any([options.signal, deadline]);
  signal.throwIfAborted();
  let abandon: (() => void) | undefined;
  const abandoned = new Promise<never>((_resolve, reject) => {
    abandon = () => reject(signal.reason as Error);
    signal.addEventListener("abort", abandon, { once: true });
  });
  try {
    return await Promise.race([work({ signal, key: options.key, report: options.report }), abandoned]);
  } catch (error) {
    if (options.signal.aborted) throw options.signal.reason;
    if (deadline.aborted) throw new DriverError("unknown", `the hypervisor did not answer within ${Math.round(options.timeoutMs / 1000)} s`, error);
    throw error;
  } finally {
    if (abandon) signal.removeEventListener("abort", abandon);
  }
}
