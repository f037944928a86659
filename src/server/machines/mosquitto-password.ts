import { pbkdf2Sync, randomBytes } from "node:crypto";

/** Mosquitto's own number. More would slow each connection and gain nothing: device passwords have 256 random bits. */
const ITERATIONS = 101;

/** A password as Mosquitto 2's password_file holds it: `$7$iterations$salt$hash`, PBKDF2 with SHA-512. */
export function mosquittoHash(password: string, salt: Buffer = randomBytes(12)): string {
  return `$7$${ITERATIONS}$${salt.toString("base64")}$${pbkdf2Sync(password, salt, ITERATIONS, 64, "sha512").toString("base64")}`;
}
