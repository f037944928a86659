import type { z } from "zod";
import type { hostConnection } from "#shared/compute/hosts.ts";
import type { HostType } from "#shared/compute/host-states.ts";
import { libvirtEndpointSchema, libvirtSettingsSchema } from "../drivers/libvirt/libvirt-settings.ts";
import { type ProxmoxCredentials, proxmoxCredentials, proxmoxSettings } from "../drivers/proxmox/proxmox-settings.ts";
import { libvirtCredentials } from "./libvirt-credentials.ts";
import { invalid } from "./invalid.ts";

export type ConnectionInput = z.output<typeof hostConnection>;
export type HostSettings = ConnectionInput["settings"];

/** How a host is reached, as its row keeps it, but for the sealing of the credentials. */
export interface Connection {
  type: HostType;
  endpoint: string | null;
  node: string | null;
  tlsFingerprint: string | null;
  settings: HostSettings;
  /** in the form of the driver; null: none are needed */
  credentials: unknown;
}

export interface Stored {
  endpoint: string | null;
  credentials: unknown;
}

const PROXMOX_PORT = "8006";

/**
 * Checks what was entered for a host of its kind. Stored credentials stand in for those that were left out, but only for the address they were entered for:
 * whoever may change an address must not get to see the password that is sent there.
 * @throws AppError INVALID_REQUEST with a message for each field
 */
export function readConnection(input: ConnectionInput, stored: Stored | null): Connection {
  const plain = { type: input.type, node: null, tlsFingerprint: null };
  switch (input.type) {
    case "simulated":
      return { ...plain, endpoint: null, settings: {}, credentials: null };
    case "proxmox": {
      const endpoint = proxmoxEndpoint(input.apiUrl);
      const node = input.node ?? "";
      if (!/^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?$/.test(node)) throw invalid({ node: node === "" ? "is required" : "must be the name of a node" });
      return { ...plain, endpoint, node, tlsFingerprint: input.tlsFingerprint ?? null, settings: checkSettings(proxmoxSettings, input.settings), credentials: proxmoxLogin(input, endpoint, stored) };
    }
    case "libvirt": {
      const uri = libvirtEndpointSchema.safeParse(input.uri);
      if (!uri.success) throw invalid({ uri: input.uri ? `must be ${uri.error.issues[0]?.message ?? "a libvirt URI"}` : "is required" });
      return { ...plain, endpoint: uri.data, settings: checkSettings(libvirtSettingsSchema, input.settings), credentials: libvirtCredentials(input, uri.data, stored) };
    }
  }
}

/** Its port is always written out: an address without one means Proxmox's port, and not that of https. */
function proxmoxEndpoint(apiUrl: string | undefined): string {
  if (!apiUrl) throw invalid({ apiUrl: "is required" });
  const url = URL.canParse(apiUrl) ? new URL(apiUrl) : null;
  if (url?.protocol !== "https:") throw invalid({ apiUrl: "must be an address that begins with https://" });
  if (url.pathname !== "/" || url.search !== "" || url.hash !== "" || url.username !== "") throw invalid({ apiUrl: "must have no path, query or credentials, as in https://pve.example.com:8006" });
  const port = url.port || (/:443\/?$/.test(apiUrl) ? "443" : PROXMOX_PORT);
  return `https://${url.hostname}:${port}`;
}

function proxmoxLogin(input: ConnectionInput, endpoint: string, stored: Stored | null): ProxmoxCredentials {
  if (input.token && input.password) throw invalid({ token: "must not be given together with a password" });
  if (input.token) {
    const [tokenId, tokenSecret] = splitOnce(input.token, "=");
    return checkCredentials({ tokenId, tokenSecret }, "token", "must have the form user@realm!name=secret");
  }
  const known = proxmoxCredentials.safeParse(stored?.credentials).data;
  const knownUser = known && "username" in known ? known : undefined;
  const user = userOf(input) ?? knownUser;
  if (input.password) {
    if (!user) throw invalid({ username: "is required with a password" });
    return checkCredentials({ username: user.username, realm: user.realm, password: input.password }, "username", "must be the name of a user, and its realm one of Proxmox's");
  }
  if (!known) throw invalid({ password: "is required, with a user name, or a token instead" });
  if (stored?.endpoint !== endpoint) throw invalid({ [knownUser ? "password" : "token"]: "must be entered again: the stored one is for another address" });
  if (user && (user.username !== knownUser?.username || user.realm !== knownUser.realm)) throw invalid({ password: "must be entered for this user" });
  return known;
}

/** root, root with a realm beside it, or root@pam. */
function userOf(input: ConnectionInput): { username: string; realm: string } | undefined {
  if (!input.username) return undefined;
  const [username, realm] = splitOnce(input.username, "@");
  return { username, realm: realm || input.realm || "pam" };
}

function checkCredentials(values: Record<string, string>, field: string, message: string): ProxmoxCredentials {
  const result = proxmoxCredentials.safeParse(values);
  if (!result.success) throw invalid({ [field]: message });
  return result.data;
}

/** The settings as they were given, when the driver takes them: what was left out stays open for the driver's default. */
function checkSettings(schema: z.ZodType, settings: HostSettings): HostSettings {
  // An empty field of a form is one that was left out.
  const given: HostSettings = Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined && value !== ""));
  const result = schema.safeParse(given);
  if (result.success) return given;
  throw invalid(Object.fromEntries(result.error.issues.map((issue) => [`settings.${issue.path.join(".")}`, issue.input === undefined && issue.code === "invalid_type" ? "is required" : "is not of the form that the host takes"])));
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}
