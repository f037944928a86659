import { createHash } from "node:crypto";
import { AppError } from "#shared/errors.ts";

/**
 * OpenSSH public keys: one line `<type> <base64> [comment]` (sshd(8), "AUTHORIZED_KEYS FILE FORMAT"); the base64 holds length-prefixed fields
 * (RFC 4251 section 5): RSA by RFC 4253 section 6.6, ECDSA by RFC 5656 section 3.1, Ed25519 by RFC 8709 section 4, sk- by OpenSSH PROTOCOL.u2f.
 */
export interface PublicKey {
  /** without options and with single spaces */
  line: string;
  /** SHA256:…, as `ssh-keygen -l` prints it */
  fingerprint: string;
  comment: string;
}

const RSA_MIN_BITS = 2048;
const CURVES: Record<string, number> = { nistp256: 65, nistp384: 97, nistp521: 133 };

/** @throws AppError INVALID_REQUEST that says what is wrong with it */
export function parsePublicKey(text: string): PublicKey {
  const line = text.trim();
  if (line.includes("PRIVATE KEY")) throw bad("this is a private key; paste the public one, from the file that ends in .pub");
  if (/[\r\n]/.test(line)) throw bad("must be one key on one line");
  const [type = "", base64 = "", ...rest] = line.split(/[ \t]+/);
  const check = Object.hasOwn(CHECKS, type) ? CHECKS[type] : undefined;
  if (!check) throw bad(type === "ssh-dss" ? "is a DSA key, which OpenSSH no longer accepts" : "must begin with ssh-ed25519, ssh-rsa, ecdsa-sha2-nistp256/384/521 or an sk- type");
  const blob = Buffer.from(base64, "base64");
  if (blob.length === 0 || blob.toString("base64").replace(/=+$/, "") !== base64.replace(/=+$/, "")) throw bad("has a damaged base64 part; copy the whole line");
  const reader = new FieldReader(blob);
  if (reader.text() !== type) throw bad("names one type and holds another");
  check(reader);
  if (!reader.atEnd) throw bad("has bytes too many; copy the line as it is");
  const comment = rest.join(" ").replaceAll(/\p{Cc}/gu, "");
  return { line: [type, base64, comment].filter(Boolean).join(" "), fingerprint: `SHA256:${createHash("sha256").update(blob).digest("base64").replace(/=+$/, "")}`, comment };
}

const CHECKS: Record<string, (reader: FieldReader) => void> = {
  "ssh-ed25519": (reader) => expectLength(reader.field(), 32),
  "ssh-rsa": (reader) => {
    reader.field();
    const bits = bitLength(reader.field());
    if (bits < RSA_MIN_BITS) throw bad(`has ${bits} bits; RSA keys need at least ${RSA_MIN_BITS}`);
  },
  ...Object.fromEntries(Object.keys(CURVES).map((curve) => [`ecdsa-sha2-${curve}`, (reader: FieldReader) => point(reader, curve)])),
  "sk-ssh-ed25519@openssh.com": (reader) => {
    expectLength(reader.field(), 32);
    reader.field();
  },
  "sk-ecdsa-sha2-nistp256@openssh.com": (reader) => {
    point(reader, "nistp256");
    reader.field();
  },
};

function point(reader: FieldReader, curve: string): void {
  if (reader.text() !== curve) throw bad("names one curve and holds another");
  const value = reader.field();
  expectLength(value, CURVES[curve] ?? 0);
  if (value[0] !== 4) throw bad("has a damaged point");
}

function expectLength(field: Buffer, length: number): void {
  if (field.length !== length) throw bad("has a key of the wrong length; copy the whole line");
}

function bitLength(integer: Buffer): number {
  const first = integer.findIndex((byte) => byte !== 0);
  return first === -1 ? 0 : (integer.length - first) * 8 - Math.clz32(integer[first] ?? 0) + 24;
}

class FieldReader {
  readonly #blob: Buffer;
  #at = 0;

  constructor(blob: Buffer) {
    this.#blob = blob;
  }

  get atEnd(): boolean {
    return this.#at === this.#blob.length;
  }

  field(): Buffer {
    if (this.#at + 4 > this.#blob.length) throw bad("is cut off; copy the whole line");
    const length = this.#blob.readUInt32BE(this.#at);
    const end = this.#at + 4 + length;
    if (end > this.#blob.length) throw bad("is cut off; copy the whole line");
    const field = this.#blob.subarray(this.#at + 4, end);
    this.#at = end;
    return field;
  }

  text(): string {
    return this.field().toString("latin1");
  }
}

function bad(reason: string): AppError {
  return new AppError("INVALID_REQUEST", `The SSH key ${reason}.`, { details: [{ field: "publicKey", message: reason }] });
}
