import "reflect-metadata";
import { randomBytes } from "node:crypto";
import { isIP } from "node:net";
import { BasicConstraintsExtension, ExtendedKeyUsage, ExtendedKeyUsageExtension, KeyUsageFlags, KeyUsagesExtension, SubjectAlternativeNameExtension, SubjectKeyIdentifierExtension, AuthorityKeyIdentifierExtension, X509Certificate, X509CertificateGenerator } from "@peculiar/x509";

/** A certificate (X.509 v3, RFC 5280) and its private key (PKCS #8), as PEM. */
export interface KeyPair {
  certificatePem: string;
  keyPem: string;
}

/** ECDSA on P-256: what small devices verify fastest. */
const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const DAY_MS = 86_400_000;
/** Devices keep the authority for as long as they live, and many have no clock before they are connected. */
const AUTHORITY_DAYS = 30 * 365;
/** The longest that clients take of a server (CA/Browser Forum before 2020). */
const SERVER_DAYS = 825;

/** An authority of our own that signs server certificates and nothing else. */
export async function makeAuthority(name: string, at: Date): Promise<KeyPair> {
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: `CN=${name}`,
    keys,
    signingAlgorithm: ALGORITHM,
    ...validity(at, AUTHORITY_DAYS),
    extensions: [new BasicConstraintsExtension(true, 0, true), new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true), await SubjectKeyIdentifierExtension.create(keys.publicKey)],
  });
  return { certificatePem: certificate.toString("pem"), keyPem: await keyPem(keys.privateKey) };
}

/**
 * A server's certificate by that authority.
 * @param hosts names and addresses under which it is reached
 */
export async function issueServerCertificate(authority: KeyPair, hosts: readonly string[], at: Date): Promise<KeyPair> {
  const issuer = new X509Certificate(authority.certificatePem);
  const signingKey = await crypto.subtle.importKey("pkcs8", der(authority.keyPem), ALGORITHM, false, ["sign"]);
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
  const certificate = await X509CertificateGenerator.create({
    subject: `CN=${hosts[0] ?? "localhost"}`,
    issuer: issuer.subject,
    publicKey: keys.publicKey,
    signingKey,
    signingAlgorithm: ALGORITHM,
    ...validity(at, SERVER_DAYS),
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      new SubjectAlternativeNameExtension(hosts.map((value) => ({ type: isIP(value) === 0 ? ("dns" as const) : ("ip" as const), value }))),
      await AuthorityKeyIdentifierExtension.create(issuer.publicKey),
    ],
  });
  return { certificatePem: certificate.toString("pem"), keyPem: await keyPem(keys.privateKey) };
}

/** It begins a day early: clocks differ. */
function validity(at: Date, days: number): { notBefore: Date; notAfter: Date; serialNumber: string } {
  const serial = randomBytes(16);
  // A positive number (RFC 5280, 4.1.2.2).
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x01;
  return { notBefore: new Date(at.getTime() - DAY_MS), notAfter: new Date(at.getTime() + days * DAY_MS), serialNumber: serial.toString("hex") };
}

async function keyPem(key: CryptoKey): Promise<string> {
  const lines = Buffer.from(await crypto.subtle.exportKey("pkcs8", key)).toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN PRIVATE KEY-----\n${lines.join("\n")}\n-----END PRIVATE KEY-----\n`;
}

function der(pem: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(Buffer.from(pem.replaceAll(/-----[^-]+-----|\s/g, ""), "base64"));
}
