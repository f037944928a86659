import { Agent, type AgentOptions } from "node:https";
import { isIP } from "node:net";
import type { Duplex } from "node:stream";
import { connect, type ConnectionOptions, createSecureContext, rootCertificates, type SecureContext, type TLSSocket } from "node:tls";
import { ProxmoxError } from "./errors.ts";

export interface Trust {
  /** SHA-256 of the host's certificate, colon hex; null: authorities decide */
  fingerprint: string | null;
  /** PEM of an authority that is trusted beside the usual ones */
  authority: string | null;
}

export interface SeenCertificate {
  fingerprint: string;
  validTo: Date;
}

const CONNECT_MS = 10_000;

/**
 * An agent whose connections are handed out only after the certificate was compared, so that no byte of a request goes to anybody else. (Node does not call
 * `checkServerIdentity` when `rejectUnauthorized` is false: a comparison there would never happen.)
 */
export class TrustingAgent extends Agent {
  readonly trust: Trust;
  readonly context: SecureContext | null;
  readonly onCertificate: (seen: SeenCertificate) => void;

  constructor(options: AgentOptions, trust: Trust, onCertificate: (seen: SeenCertificate) => void) {
    super(options);
    this.trust = trust;
    this.context = trust.authority === null ? null : createSecureContext({ ca: [...rootCertificates, trust.authority] });
    this.onCertificate = onCertificate;
  }

  override createConnection(options: AgentOptions, callback?: (error: Error | null, stream: Duplex) => void): Duplex | null | undefined {
    // Node's own types want a stream beside an error; there is none then.
    const done = callback as unknown as (error: Error | null, stream?: Duplex) => void;
    const pinned = this.trust.fingerprint !== null;
    const host = (options as ConnectionOptions).host ?? "";
    const socket = connect({
      ...(options as ConnectionOptions),
      servername: isIP(host) === 0 ? host : "",
      ALPNProtocols: ["http/1.1"],
      rejectUnauthorized: !pinned,
      ...(this.context ? { secureContext: this.context } : {}),
    });
    const timer = setTimeout(() => socket.destroy(new Error("no connection within 10 s")), CONNECT_MS);
    const fail = (error: Error): void => {
      clearTimeout(timer);
      done(connectionError(error));
    };
    socket.once("error", fail);
    socket.once("secureConnect", () => {
      clearTimeout(timer);
      socket.off("error", fail);
      const problem = this.examine(socket);
      if (problem) {
        socket.on("error", () => {});
        socket.destroy();
        done(problem);
      } else done(null, socket);
    });
    return undefined;
  }

  private examine(socket: TLSSocket): ProxmoxError | null {
    const certificate = socket.getPeerX509Certificate();
    if (!certificate) return new ProxmoxError("refused", "certificate", "the host shows no certificate");
    const { fingerprint } = this.trust;
    if (fingerprint !== null && certificate.fingerprint256.toUpperCase() !== fingerprint.toUpperCase()) {
      return new ProxmoxError("refused", "certificate", `the host shows another certificate than the trusted one: its fingerprint is ${certificate.fingerprint256}. If it was renewed, compare and confirm the new one; else somebody is between.`);
    }
    this.onCertificate({ fingerprint: certificate.fingerprint256, validTo: new Date(certificate.validTo) });
    return null;
  }
}

function connectionError(error: Error): ProxmoxError {
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  const untrusted = /^(ERR_TLS_CERT|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|ERR_SSL_|HOSTNAME_MISMATCH)/.test(code);
  if (untrusted) return new ProxmoxError("refused", "certificate", `the host's certificate is not trusted: ${error.message}`, error);
  return new ProxmoxError("unavailable", "connection", `no connection to the host: ${error.message}`, error);
}
