import type { HostType } from "#shared/compute/host-states.ts";
import { settingsOf, type SettingsValues, toSettings, USUAL_SETTINGS } from "./settings-values.ts";
import type { ConnectionInput, HostDetail } from "./types.ts";

/** A host's connection as its form has it. */
export interface ConnectionValues {
  type: HostType;
  apiUrl: string;
  node: string;
  login: "token" | "password";
  username: string;
  realm: string;
  password: string;
  token: string;
  tlsFingerprint: string;
  uri: string;
  sshPrivateKey: string;
  knownHosts: string;
  caCertificate: string;
  clientCertificate: string;
  clientKey: string;
  settings: SettingsValues;
}

export const EMPTY_CONNECTION: ConnectionValues = {
  type: "proxmox",
  apiUrl: "",
  node: "",
  login: "token",
  username: "root",
  realm: "pam",
  password: "",
  token: "",
  tlsFingerprint: "",
  uri: "qemu:///system",
  sshPrivateKey: "",
  knownHosts: "",
  caCertificate: "",
  clientCertificate: "",
  clientKey: "",
  settings: USUAL_SETTINGS,
};

/** How a libvirt address reaches its host: what it asks credentials for. */
export function transportOf(uri: string): "local" | "ssh" | "tls" {
  const transport = /^[a-z]+\+([a-z]+):/.exec(uri.trim())?.[1];
  return transport === "ssh" || transport === "tls" ? transport : "local";
}

/** The stored connection in its form: secrets are empty, and empty means that they stay. */
export function connectionOf(host: HostDetail): ConnectionValues {
  const [username = "", realm = ""] = host.credentials.kind === "password" ? (host.credentials.username ?? "").split("@") : [];
  return {
    ...EMPTY_CONNECTION,
    type: host.type as HostType, // the server knows no other
    apiUrl: host.apiUrl ?? "",
    node: host.node ?? "",
    login: host.credentials.kind === "password" ? "password" : "token",
    username: username || EMPTY_CONNECTION.username,
    realm: realm || EMPTY_CONNECTION.realm,
    tlsFingerprint: host.tlsFingerprint ?? "",
    uri: host.uri ?? "",
    settings: settingsOf(host.settings),
  };
}

/** What the API takes: only the fields of the kind, and of them only those that were filled in. */
export function toConnection(values: ConnectionValues): ConnectionInput {
  const settings = toSettings(values.type, values.settings);
  if (values.type === "simulated") return { type: "simulated" };
  if (values.type === "proxmox") {
    const login = values.login === "token" ? filled({ token: values.token }) : filled({ username: values.username, realm: values.realm, password: values.password });
    return {
      type: "proxmox",
      ...filled({ apiUrl: values.apiUrl, node: values.node }),
      ...login,
      tlsFingerprint: values.tlsFingerprint.trim() || null,
      settings,
    };
  }
  const transport = transportOf(values.uri);
  const secrets =
    transport === "ssh"
      ? filled({ sshPrivateKey: values.sshPrivateKey, knownHosts: values.knownHosts })
      : transport === "tls"
        ? filled({ caCertificate: values.caCertificate, clientCertificate: values.clientCertificate, clientKey: values.clientKey })
        : {};
  return { type: "libvirt", ...filled({ uri: values.uri }), ...secrets, settings };
}

function filled<T extends Record<string, string>>(values: T): Partial<T> {
  // Object.fromEntries loses which keys there were.
  return Object.fromEntries(Object.entries(values).flatMap(([key, value]) => (value.trim() === "" ? [] : [[key, key === "password" ? value : value.trim()]]))) as Partial<T>;
}
