import { randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { FakeError } from "./fake-errors.ts";

/** path → privileges; `/` holds for everything below */
export type Privileges = Record<string, readonly string[]>;

export interface Principal {
  name: string;
  privileges: Privileges;
}

export interface FakeAccess {
  tokens: Map<string, Principal & { secret: string }>;
  users: Map<string, Principal & { password: string; secondFactor?: boolean }>;
  tickets: Map<string, { user: string; csrf: string; endsAt: number }>;
  /** how often somebody logged in, and how */
  logIns: ("password" | "ticket")[];
}

export const ALL_PRIVILEGES = [
  "VM.Allocate", "VM.Audit", "VM.Clone", "VM.Config.CDROM", "VM.Config.CPU", "VM.Config.Cloudinit", "VM.Config.Disk", "VM.Config.HWType", "VM.Config.Memory", "VM.Config.Network",
  "VM.Config.Options", "VM.Console", "VM.Migrate", "VM.PowerMgmt", "VM.Snapshot", "VM.Snapshot.Rollback", "VM.Backup", "VM.GuestAgent.Audit", "VM.GuestAgent.Unrestricted", "VM.Monitor",
  "Datastore.Allocate", "Datastore.AllocateSpace", "Datastore.Audit", "Datastore.AllocateTemplate", "SDN.Use", "Sys.Audit",
];

export const FAKE_TOKEN = { tokenId: "switchyard@pve!driver", tokenSecret: "5ad0c8f6-3f2e-4a59-9d0b-70a8c1a6e1f3" };
export const FAKE_USER = { username: "root", realm: "pam", password: "correct horse battery" };

export function createFakeAccess(): FakeAccess {
  const everything = { "/": ALL_PRIVILEGES };
  return {
    tokens: new Map([[FAKE_TOKEN.tokenId, { name: FAKE_TOKEN.tokenId, secret: FAKE_TOKEN.tokenSecret, privileges: everything }]]),
    users: new Map([["root@pam", { name: "root@pam", password: FAKE_USER.password, privileges: everything }]]),
    tickets: new Map(),
    logIns: [],
  };
}

/** Who asks. @throws FakeError 401 */
export function principalOf(access: FakeAccess, request: IncomingMessage, now: number): Principal {
  const cookie = /PVEAuthCookie=([^;]+)/.exec(request.headers.cookie ?? "")?.[1];
  if (cookie !== undefined) {
    const ticket = access.tickets.get(decodeURIComponent(cookie));
    if (!ticket || ticket.endsAt <= now) throw new FakeError(401, "permission denied - invalid PVE ticket");
    if (request.method !== "GET" && request.headers.csrfpreventiontoken !== ticket.csrf) throw new FakeError(401, "Permission denied - invalid csrf token");
    const user = access.users.get(ticket.user);
    if (user) return user;
  }
  const match = /^PVEAPIToken[= ]([^=]+)=(.+)$/.exec(request.headers.authorization ?? "");
  if (!match) throw new FakeError(401, "No ticket");
  const token = access.tokens.get(match[1] ?? "");
  if (!token || token.secret !== match[2]) throw new FakeError(401, "invalid token value!");
  return token;
}

export function logIn(access: FakeAccess, username: string, password: string, now: number, ticketMs: number): object {
  const user = access.users.get(username);
  const held = access.tickets.get(password);
  const byTicket = held !== undefined && held.user === username && held.endsAt > now;
  if (!user || (user.password !== password && !byTicket)) throw new FakeError(401, "authentication failure");
  access.logIns.push(byTicket ? "ticket" : "password");
  if (user.secondFactor) return { username, NeedTFA: 1, ticket: `PVE:!tfa!${username}`, CSRFPreventionToken: "x" };
  // A slash and a plus: who does not encode the cookie loses them.
  const ticket = `PVE:${username}:${randomBytes(4).toString("hex").toUpperCase()}::${randomBytes(24).toString("base64")}+/=`;
  const csrf = `${now.toString(16)}:${randomBytes(8).toString("hex")}`;
  access.tickets.set(ticket, { user: username, csrf, endsAt: now + ticketMs });
  return { username, ticket, CSRFPreventionToken: csrf, clustername: "fake" };
}

export function mayDo(principal: Principal, path: string, privilege: string): boolean {
  for (let at = path; ; at = at.slice(0, at.lastIndexOf("/")) || "/") {
    const own = principal.privileges[at];
    if (own) return own.includes(privilege);
    if (at === "/") return false;
  }
}

export function mustBeAllowed(principal: Principal, path: string, privilege: string): void {
  if (!mayDo(principal, path, privilege)) throw new FakeError(403, `Permission check failed (${path}, ${privilege})`);
}
