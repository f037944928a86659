import { isIP } from "node:net";
import { checkServerIdentity, connect, type PeerCertificate, rootCertificates } from "node:tls";

export interface SeenCertificate {
  /** SHA-256, colon hex */
  fingerprint: string;
  subject: string;
  issuer: string;
  validTo: Date;
  /** one of the usual authorities vouches for it and it is this host's */
  authorized: boolean;
}

/**
 * The certificate that a server shows, whoever vouches for it. Only a handshake: nothing is sent, so nothing is given away to a stranger.
 * @param endpoint https://host:port
 * @param authority PEM of an authority to trust beside the usual ones, as the driver does
 * @throws Error of the connection: ECONNREFUSED, ENOTFOUND, time-out, no TLS there
 */
export function readCertificate(endpoint: string, authority: string | undefined, timeoutMs: number): Promise<SeenCertificate> {
  const { hostname, port } = new URL(endpoint);
  const host = hostname.replace(/^\[|\]$/g, "");
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port: Number(port || 443), rejectUnauthorized: false, ...(authority ? { ca: [...rootCertificates, authority] } : {}), ...(isIP(host) ? {} : { servername: host }) });
    const timer = setTimeout(() => socket.destroy(new Error(`${host} did not answer within ${Math.round(timeoutMs / 1_000)} s`)), timeoutMs);
    socket.once("error", (error) => {
      clearTimeout(timer);
      reject(error);
    });
    socket.once("secureConnect", () => {
      clearTimeout(timer);
      const certificate = socket.getPeerCertificate();
      // Node does not compare the name while it accepts everything.
      const authorized = socket.authorized && checkServerIdentity(host, certificate) === undefined;
      socket.destroy();
      resolve({ fingerprint: certificate.fingerprint256, subject: nameOf(certificate.subject), issuer: nameOf(certificate.issuer), validTo: new Date(certificate.valid_to), authorized });
    });
  });
}

function nameOf(name: PeerCertificate["subject"]): string {
  const first = (value: string | string[] | undefined): string | undefined => (Array.isArray(value) ? value[0] : value);
  return [first(name.CN), first(name.O)].filter((part) => part).join(", ");
}
