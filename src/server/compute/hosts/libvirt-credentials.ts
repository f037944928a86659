import { type LibvirtCredentials, libvirtCredentialsSchema } from "../drivers/libvirt/libvirt-settings.ts";
import type { ConnectionInput, Stored } from "./connection.ts";
import { invalid } from "./invalid.ts";

/** What the transport of a libvirt address needs: a key and the host's own keys for ssh, certificates for tls, nothing on this computer. @throws AppError INVALID_REQUEST */
export function libvirtCredentials(input: ConnectionInput, uri: string, stored: Stored | null): LibvirtCredentials | null {
  const transport = new URL(uri).protocol.slice(0, -1).split("+")[1];
  const known = libvirtCredentialsSchema.safeParse(stored?.credentials).data ?? {};
  if (transport === "ssh") {
    const privateKey = lines(input.sshPrivateKey) ?? known.privateKey;
    const knownHosts = lines(input.knownHosts) ?? known.knownHosts;
    if (!privateKey) throw invalid({ sshPrivateKey: "is required to reach libvirt by ssh" });
    if (!isPem(privateKey, /PRIVATE KEY/)) throw invalid({ sshPrivateKey: "must be a private key, beginning with -----BEGIN … PRIVATE KEY-----" });
    if (/ENCRYPTED/.test(privateKey.slice(0, 200))) throw invalid({ sshPrivateKey: "must have no passphrase" });
    if (!knownHosts) throw invalid({ knownHosts: "is required: the lines of ssh-keyscan, after comparing them with the host's own keys" });
    return { privateKey, knownHosts };
  }
  if (transport === "tls") {
    const caCertificate = lines(input.caCertificate) ?? known.caCertificate;
    const clientCertificate = lines(input.clientCertificate) ?? known.clientCertificate;
    const clientKey = lines(input.clientKey) ?? known.clientKey;
    if (!caCertificate || !isPem(caCertificate, /CERTIFICATE/)) throw invalid({ caCertificate: "is required: the authority's certificate, in PEM" });
    if (!clientCertificate || !isPem(clientCertificate, /CERTIFICATE/)) throw invalid({ clientCertificate: "is required: our own certificate, in PEM" });
    if (!clientKey || !isPem(clientKey, /PRIVATE KEY/)) throw invalid({ clientKey: "is required: the key of our certificate, in PEM" });
    return { caCertificate, clientCertificate, clientKey };
  }
  return null;
}

/** Pasted text as its programs want it: with line ends of their own, and one at the end. */
function lines(text: string | undefined): string | undefined {
  return text?.trim() ? `${text.trim().replaceAll("\r\n", "\n")}\n` : undefined;
}

function isPem(text: string, kind: RegExp): boolean {
  const first = text.slice(0, text.indexOf("\n"));
  return /^-----BEGIN [A-Z0-9 ]+-----$/.test(first.trim()) && kind.test(first);
}
