/** Where browsers connect to. No page may have this path: Next would take the upgrade for its own. */
export const CONSOLE_PATH = "/console";
export const CONSOLE_PROTOCOL = "binary";
export const CONSOLE_TICKET_PREFIX = "ticket.";

/** Why a console ends: codes of a WebSocket's close. */
export const CONSOLE_CLOSE = {
  /** used, expired or never given */
  ticket: 4400,
  /** the sign-in has ended */
  session: 4401,
  /** no longer allowed, or never */
  forbidden: 4403,
  /** nobody touched it for a while */
  idle: 4408,
  /** the same person opened it elsewhere */
  taken: 4409,
  /** the VM does not run */
  stopped: 4410,
  /** it was open for as long as it may be */
  ended: 4411,
  /** others look at it already */
  limit: 4429,
  /** the hypervisor's screen was lost, or cannot be had */
  lost: 4502,
  /** this server stops; another one answers */
  restart: 1012,
} as const;
export type ConsoleEnd = keyof typeof CONSOLE_CLOSE;

/** null: a code of the network's, not of ours. */
export function consoleEndOf(code: number): ConsoleEnd | null {
  const found = Object.entries(CONSOLE_CLOSE).find(([, value]) => value === code);
  // The keys of an object literal are its keys.
  return found ? (found[0] as ConsoleEnd) : null;
}
