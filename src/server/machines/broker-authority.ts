import { readFileSync } from "node:fs";
import type { Config } from "#server/infra/config.ts";
import { type KeyPair, issueServerCertificate, makeAuthority } from "#server/infra/certificates.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";
import { StartupError } from "#server/infra/startup-error.ts";
import { findAuthority, insertAuthority } from "./broker-authority-repository.ts";

const SEAL_CONTEXT = "broker_authority:broker";
const made = new WeakMap<Runtime, Promise<KeyPair>>();

/** Whether the embedded broker shows a certificate of our own authority: then devices must know it. */
function isOurs(config: Config): boolean {
  return config.mqttUrl === null && config.mqttTls !== null && config.mqttTls.certificate === null;
}

/** The authority's certificate, for the answer to a claim. @returns null when the broker's certificate is a public authority's, or it has none */
export async function authorityPem(rt: Runtime): Promise<string | null> {
  return isOurs(rt.config) ? (await authority(rt)).certificatePem : null;
}

/** What the embedded broker's TLS listener shows. @throws StartupError when the configured files cannot be read */
export async function brokerCertificate(rt: Runtime): Promise<KeyPair> {
  const files = rt.config.mqttTls?.certificate;
  if (files) return { certificatePem: read(files.certificateFile, "MQTT_TLS_CERT_FILE"), keyPem: read(files.keyFile, "MQTT_TLS_KEY_FILE") };
  return issueServerCertificate(await authority(rt), hosts(rt.config), rt.clock.now());
}

/** Made once for an installation; of two processes that make one at once the first's stays. */
function authority(rt: Runtime): Promise<KeyPair> {
  const known = made.get(rt) ?? readOrMake(rt);
  made.set(rt, known);
  known.catch(() => made.delete(rt));
  return known;
}

async function readOrMake(rt: Runtime): Promise<KeyPair> {
  const at = rt.clock.now();
  const found = await transact(rt, (tx) => findAuthority(tx));
  if (!found) {
    const { certificatePem, keyPem } = await makeAuthority("Switchyard devices", at);
    await transact(rt, (tx) => insertAuthority(tx, { certificatePem, keySealed: rt.sealer.seal(keyPem, SEAL_CONTEXT), createdAt: at }));
  }
  const row = found ?? (await transact(rt, (tx) => findAuthority(tx)));
  if (!row) throw new Error("the broker's authority is gone");
  return { certificatePem: row.certificatePem, keyPem: rt.sealer.open(row.keySealed, SEAL_CONTEXT) };
}

function hosts(config: Config): string[] {
  const named = [config.mqttPublicUrl, config.publicUrl].flatMap((url) => (url ? [new URL(url).hostname.replaceAll(/[[\]]/g, "")] : []));
  return [...new Set([...named, "localhost", "127.0.0.1"])];
}

function read(path: string, setting: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new StartupError(`${setting} cannot be read: ${(error as Error).message}`);
  }
}
