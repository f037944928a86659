import type { Duplex } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import type { ConsoleTicket } from "#server/infra/prisma/client.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { callDriver } from "../drivers/call.ts";
import { DriverError } from "../drivers/errors.ts";
import { driverOf } from "../drivers/registry.ts";
import { joinRfbServer } from "../rfb/client-handshake.ts";
import { createInputWatch } from "../rfb/input-watch.ts";
import { welcomeRfbClient } from "../rfb/server-handshake.ts";
import type { PlacedVm } from "../vm-host.ts";
import { checkConsole, ConsoleEnded } from "./admission.ts";
import { relay } from "./relay.ts";
import { extendConsole } from "./ticket-repository.ts";

const CONNECT_TIMEOUT_MS = 15_000;
const HANDSHAKE_TIMEOUT_MS = 10_000;
const IDLE_MS = 15 * 60_000;
const LONGEST_MS = 8 * 3_600_000;

export interface SessionOptions {
  /** how often it is asked whether the console may go on */
  recheckMs: number;
  /** how long other processes count this console without hearing of it */
  liveMs: number;
  /** ends it: the reason is a ConsoleEnded */
  signal: AbortSignal;
}

/**
 * Shows the VM's screen to a browser. The hypervisor's password stays here: the browser is asked for none.
 * @returns why it is over; null: the browser left
 * @throws ConsoleEnded when it cannot begin
 */
export async function showScreen(rt: Runtime, browser: Duplex, admitted: { ticket: ConsoleTicket; vm: PlacedVm }, options: SessionOptions): Promise<ConsoleEnded | null> {
  const screen = await connectScreen(rt, admitted.vm, options.signal);
  const endings = new AbortController();
  const over = new Promise<ConsoleEnded>((resolve) => {
    const ended = (): void => resolve(reasonOf(options.signal.reason));
    if (options.signal.aborted) ended();
    options.signal.addEventListener("abort", ended, { once: true, signal: endings.signal });
  });
  try {
    await welcomeRfbClient(browser, null, AbortSignal.any([options.signal, AbortSignal.timeout(HANDSHAKE_TIMEOUT_MS)])).catch((error: unknown) => {
      throw options.signal.aborted ? reasonOf(options.signal.reason) : new ConsoleEnded("lost", "The browser does not speak RFB 3.8.", error);
    });
    let touchedAt = rt.clock.now().getTime();
    const isInput = createInputWatch();
    const passing = relay(browser, screen, (chunk) => {
      if (isInput(chunk)) touchedAt = rt.clock.now().getTime();
    });
    const ended = await Promise.race([passing, over, watch(rt, admitted.ticket, () => touchedAt, options.recheckMs, options.liveMs, endings.signal)]);
    if (ended === "browser") return null;
    return ended === "screen" ? await afterScreen(rt, admitted.ticket) : ended;
  } finally {
    endings.abort();
    screen.destroy();
  }
}

async function connectScreen(rt: Runtime, vm: PlacedVm, signal: AbortSignal): Promise<Duplex> {
  try {
    const { stream, password } = await callDriver({ signal, timeoutMs: CONNECT_TIMEOUT_MS, key: `console:${vm.id}` }, (call) => driverOf(rt, vm.host).openConsole(vm.hypervisorRef, call));
    // From here on its end is seen by who reads it; without a listener an error would end the process.
    stream.on("error", (error: Error) => rt.log.debug({ err: error, vm: vm.id }, "console: the screen's connection broke"));
    await joinRfbServer(stream, password, AbortSignal.any([signal, AbortSignal.timeout(HANDSHAKE_TIMEOUT_MS)])).catch((error: unknown) => {
      stream.destroy();
      throw error;
    });
    return stream;
  } catch (error) {
    if (signal.aborted) throw reasonOf(signal.reason);
    rt.log.warn({ err: error, vm: vm.id, host: vm.host.name }, "console: the screen cannot be had");
    if (error instanceof DriverError && error.failure === "refused") throw new ConsoleEnded("stopped", "The VM does not run, or shows no screen.", error);
    throw new ConsoleEnded("lost", "The hypervisor does not show the screen right now.", error);
  }
}

/** Ends with why the console may not go on. */
async function watch(rt: Runtime, ticket: ConsoleTicket, touchedAt: () => number, recheckMs: number, liveMs: number, signal: AbortSignal): Promise<ConsoleEnded> {
  const began = rt.clock.now().getTime();
  for (;;) {
    await sleep(recheckMs, undefined, { signal, ref: false }).catch(() => {});
    if (signal.aborted) return new ConsoleEnded("lost", "");
    const now = rt.clock.now().getTime();
    if (now - began >= LONGEST_MS) return new ConsoleEnded("ended", "A console is open for 8 hours at most.");
    if (now - touchedAt() >= IDLE_MS) return new ConsoleEnded("idle", "Nobody has used this console for 15 minutes.");
    try {
      await checkConsole(rt, ticket);
      if (!(await extendConsole(rt, ticket.tokenHash, new Date(now + liveMs)))) return new ConsoleEnded("taken", "You have opened this console elsewhere.");
    } catch (error) {
      if (error instanceof ConsoleEnded) return error;
      // The database is away: what was allowed a moment ago goes on until it can be asked again.
      rt.log.error({ err: error }, "console: cannot ask whether it may go on");
    }
  }
}

/** Why the screen has ended: with the VM's power, or in the middle of its life. */
async function afterScreen(rt: Runtime, ticket: ConsoleTicket): Promise<ConsoleEnded> {
  try {
    const { id, status, host, hypervisorRef } = await checkConsole(rt, ticket);
    const observed =
      status === "stopping" ? null : await callDriver({ signal: new AbortController().signal, timeoutMs: CONNECT_TIMEOUT_MS, key: `console:${id}` }, (call) => driverOf(rt, host).inspect(hypervisorRef, call));
    if (observed?.power !== "running") return new ConsoleEnded("stopped", "The VM does not run.");
  } catch (error) {
    if (error instanceof ConsoleEnded) return error;
    rt.log.warn({ err: error, vm: ticket.vmId }, "console: the screen has ended, and the hypervisor does not say why");
  }
  return new ConsoleEnded("lost", "The connection to the screen was lost.");
}

function reasonOf(reason: unknown): ConsoleEnded {
  return reason instanceof ConsoleEnded ? reason : new ConsoleEnded("lost", "The connection to the screen was lost.", reason);
}
