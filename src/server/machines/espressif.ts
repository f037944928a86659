import { createHash, getDiffieHellman, randomBytes } from "node:crypto";

/**
 * Espressif's provisioning, Security 2: what its phone apps read from a QR code, and what the device must hold so that they agree.
 * Source: ESP-IDF protocomm (srp6a), idf-extra-components network_provisioning.
 */
export interface ProvisioningSecret {
  /** service name, as the phone sees it */
  name: string;
  username: string;
  /** proof of possession: the SRP6a password */
  pop: string;
}

export function newProvisioningSecret(): ProvisioningSecret {
  const tail = randomBytes(3).toString("hex").toUpperCase();
  return { name: `PROV_${tail}`, username: "switchyard", pop: randomBytes(9).toString("base64url") };
}

/** The one-line payload of version v1. */
export function espressifPayload(secret: ProvisioningSecret): string {
  return JSON.stringify({ ver: "v1", name: secret.name, username: secret.username, pop: secret.pop, transport: "softap", network: "wifi" });
}

/**
 * Salt and verifier for the device, hexadecimal: it never holds the password. SRP6a over the 3072-bit group of RFC 5054 with SHA-512:
 * x = H(salt | H(username ":" password)), v = 5^x mod N.
 */
export function srpVerifier(username: string, password: string, salt: Buffer = newSalt()): { salt: string; verifier: string } {
  const inner = createHash("sha512").update(`${username}:${password}`).digest();
  const x = createHash("sha512").update(salt).update(inner).digest();
  const verifier = powerOfFive(BigInt(`0x${x.toString("hex")}`));
  return { salt: salt.toString("hex"), verifier: verifier.toString(16).padStart(768, "0") };
}

/** RFC 5054's 3072-bit prime, which is that of RFC 3526's group 15. */
const PRIME = BigInt(`0x${getDiffieHellman("modp15").getPrime("hex")}`);

/** Of an exponent's digits to the base of 16; SHA-512 has 128 of them. */
const DIGITS = 128;
let powers: readonly (readonly bigint[])[] | undefined;

/**
 * 5^exponent mod N. The powers 5^(d·16^i) are the same for all devices and are made once: then each verifier is 128 multiplications, a sixth of what squaring takes, and
 * those of a thousand devices are made in two seconds.
 */
function powerOfFive(exponent: bigint): bigint {
  powers ??= powersOfFive();
  return powers.reduce((result, row, index) => {
    const digit = Number((exponent >> BigInt(4 * index)) & 15n);
    return digit === 0 ? result : (result * (row[digit] ?? 1n)) % PRIME;
  }, 1n);
}

function powersOfFive(): bigint[][] {
  let base = 5n;
  return Array.from({ length: DIGITS }, () => {
    const row = [1n];
    for (let digit = 1; digit < 16; digit += 1) row.push(((row[digit - 1] ?? 1n) * base) % PRIME);
    base = ((row[15] ?? 1n) * base) % PRIME;
    return row;
  });
}

/** 16 bytes; the first is not zero, because the firmware's big numbers would drop it. */
function newSalt(): Buffer {
  const salt = randomBytes(16);
  salt[0] = (salt[0] ?? 0) | 0x80;
  return salt;
}
