import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DriverHost } from "../driver.ts";
import { DriverError } from "../errors.ts";
import { type LibvirtCredentials, libvirtCredentialsSchema, libvirtEndpointSchema, type LibvirtSettings, libvirtSettingsSchema } from "./libvirt-settings.ts";

/** A host as the settings describe it. */
export interface LibvirtHost {
  id: string;
  name: string;
  endpoint: string;
  credentials: LibvirtCredentials;
  settings: LibvirtSettings;
}

/** @throws DriverError refused when what is stored makes no sense */
export function readHost(host: DriverHost): LibvirtHost {
  const endpoint = libvirtEndpointSchema.safeParse(host.endpoint);
  const credentials = libvirtCredentialsSchema.safeParse(host.credentials ?? {});
  const settings = libvirtSettingsSchema.safeParse(host.settings ?? {});
  for (const [what, parsed] of Object.entries({ endpoint, credentials, settings })) {
    // Of credentials only where they are wrong: never what they say.
    if (!parsed.success) throw new DriverError("refused", `${host.name}: ${what}: ${parsed.error.issues.map((issue) => `${issue.path.join(".")} ${what === "credentials" ? "is not valid" : issue.message}`).join("; ")}`);
  }
  return { id: host.id, name: host.name, endpoint: endpoint.data ?? "", credentials: credentials.data ?? {}, settings: settings.data ?? libvirtSettingsSchema.parse({}) };
}

/** Calls `work` with a folder that only we can read, gone afterwards. */
export async function inPrivateFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "switchyard-libvirt-"));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** OpenSSH's settings of a connection: it never asks, and trusts nobody whom it does not know. */
export async function writeSshConfig(folder: string, credentials: LibvirtCredentials): Promise<string> {
  const lines = ["Host *", "BatchMode yes", "StrictHostKeyChecking yes", "ConnectTimeout 10", "ServerAliveInterval 5", "ServerAliveCountMax 3", "ForwardAgent no", "LogLevel ERROR"];
  const text = (value: string): string => `${value.replaceAll("\r\n", "\n").trim()}\n`;
  if (credentials.privateKey) {
    await writeFile(join(folder, "key"), text(credentials.privateKey), { mode: 0o600 });
    lines.push(`IdentityFile "${join(folder, "key")}"`, "IdentitiesOnly yes", "PreferredAuthentications publickey");
  }
  if (credentials.knownHosts) {
    await writeFile(join(folder, "known_hosts"), text(credentials.knownHosts), { mode: 0o600 });
    lines.push(`UserKnownHostsFile "${join(folder, "known_hosts")}"`, "GlobalKnownHostsFile /dev/null");
  }
  const file = join(folder, "ssh_config");
  await writeFile(file, `${lines.join("\n")}\n`, { mode: 0o600 });
  return file;
}

/** Passes everything on as it is: libvirt's parameters for ssh name a program, not options. */
const SSH_SCRIPT = '#!/bin/sh\nexec ssh -F "${0%/*}/ssh_config" "$@"\n';

/** The URI that virsh is given, with keys and certificates as files in `folder`. */
export async function connectionUri(host: Pick<LibvirtHost, "endpoint" | "credentials">, folder: string): Promise<string> {
  const uri = new URL(host.endpoint);
  const transport = uri.protocol.split("+")[1];
  if (transport === "ssh:") {
    await writeSshConfig(folder, host.credentials);
    await writeFile(join(folder, "ssh"), SSH_SCRIPT, { mode: 0o700 });
    uri.searchParams.set("command", join(folder, "ssh"));
    uri.searchParams.set("no_tty", "1");
  }
  const { caCertificate, clientCertificate, clientKey } = host.credentials;
  if (transport === "tls:" && (caCertificate ?? clientCertificate ?? clientKey) !== undefined) {
    const files = { "cacert.pem": caCertificate, "clientcert.pem": clientCertificate, "clientkey.pem": clientKey };
    for (const [name, pem] of Object.entries(files)) if (pem !== undefined) await writeFile(join(folder, name), pem, { mode: 0o600 });
    uri.searchParams.set("pkipath", folder);
  }
  // libvirt takes slashes in parameters as they are, not as %2F in every version.
  return uri.toString().replaceAll("%2F", "/");
}
