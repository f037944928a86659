import type { ProxmoxCredentials } from "./proxmox-settings.ts";

export interface Ticket {
  username: string;
  ticket: string;
  csrf: string;
}

/** How requests prove who sends them. */
export interface Access {
  headers(changes: boolean, signal: AbortSignal): Promise<Record<string, string>>;
  /** The host answered 401. @returns whether it is worth asking once more */
  rejected(): boolean;
  /** what must not be in a message */
  secrets(): string[];
}

/** A ticket holds for 2 h; a new one is had for the old one meanwhile. */
const RENEW_AFTER_MS = 60 * 60_000;
const USELESS_AFTER_MS = 115 * 60_000;

/** @param logIn asks for a ticket: with the password, or with a ticket that still holds in its place */
export function createAccess(credentials: ProxmoxCredentials, logIn: (username: string, password: string, signal: AbortSignal) => Promise<Ticket>, now: () => Date): Access {
  if ("tokenId" in credentials) {
    const authorization = `PVEAPIToken=${credentials.tokenId}=${credentials.tokenSecret}`;
    return { headers: async () => ({ authorization }), rejected: () => false, secrets: () => [credentials.tokenSecret] };
  }
  const username = `${credentials.username}@${credentials.realm}`;
  let held: (Ticket & { since: number }) | null = null;
  let asking: Promise<Ticket & { since: number }> | null = null;

  const ask = async (signal: AbortSignal): Promise<Ticket & { since: number }> => {
    const age = held ? now().getTime() - held.since : Number.POSITIVE_INFINITY;
    if (held && age < USELESS_AFTER_MS) {
      const renewed = await logIn(username, held.ticket, signal).catch(() => null);
      if (renewed) return { ...renewed, since: now().getTime() };
    }
    return { ...(await logIn(username, credentials.password, signal)), since: now().getTime() };
  };
  const current = async (signal: AbortSignal): Promise<Ticket> => {
    if (held && now().getTime() - held.since < RENEW_AFTER_MS) return held;
    // One log-in for all requests that wait. Each caller's own signal ends its own wait alone, so the log-in has none but its time-out.
    asking ??= ask(new AbortController().signal).finally(() => (asking = null));
    held = await abandonable(asking, signal);
    return held;
  };
  return {
    async headers(changes, signal) {
      const { ticket, csrf } = await current(signal);
      return { cookie: `PVEAuthCookie=${encodeURIComponent(ticket)}`, ...(changes ? { csrfpreventiontoken: csrf } : {}) };
    },
    rejected() {
      held = null;
      return true;
    },
    secrets: () => [credentials.password, ...(held ? [held.ticket, held.csrf] : [])],
  };
}

function abandonable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason as Error);
    signal.addEventListener("abort", onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}
