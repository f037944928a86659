import { createHash } from "node:crypto";

/**
 * SHA-512-crypt ("$6$"), as crypt(3), cloud-init and Proxmox take it: Ulrich Drepper, "Unix crypt using SHA-256 and SHA-512", version 0.6
 * (https://www.akkadia.org/drepper/SHA-crypt.txt). The numbers in the comments are the steps of that text.
 */
const DEFAULT_ROUNDS = 5_000;
const MIN_ROUNDS = 1_000;
const MAX_ROUNDS = 999_999_999;
const MAX_SALT = 16;
const DIGITS = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/**
 * @param salt up to 16 characters count; none of them may be "$"
 * @param rounds cut to 1 000 … 999 999 999; left out, 5 000 without being named in the result
 */
export function sha512Crypt(password: string, salt: string, rounds?: number): string {
  const count = rounds === undefined ? DEFAULT_ROUNDS : Math.min(MAX_ROUNDS, Math.max(MIN_ROUNDS, rounds));
  const key = Buffer.from(password, "utf8");
  const seasoning = Buffer.from(salt.slice(0, MAX_SALT), "utf8");

  // 4–8
  const b = sha512(key, seasoning, key);
  // 1–3, 9–12
  const parts = [key, seasoning, repeated(b, key.length)];
  for (let bits = key.length; bits > 0; bits >>= 1) parts.push((bits & 1) === 1 ? b : key);
  let digest = sha512(...parts);
  // 13–16
  const p = repeated(sha512(...Array.from({ length: key.length }, () => key)), key.length);
  // 17–20
  const s = repeated(sha512(...Array.from({ length: 16 + (digest[0] ?? 0) }, () => seasoning)), seasoning.length);
  // 21
  for (let round = 0; round < count; round += 1) {
    const odd = (round & 1) === 1;
    const c = [odd ? p : digest];
    if (round % 3 !== 0) c.push(s);
    if (round % 7 !== 0) c.push(p);
    c.push(odd ? digest : p);
    digest = sha512(...c);
  }
  // 22
  return `$6$${rounds === undefined ? "" : `rounds=${count}$`}${seasoning.toString("utf8")}$${encode(digest)}`;
}

function sha512(...parts: readonly Buffer[]): Buffer {
  const hash = createHash("sha512");
  for (const part of parts) hash.update(part);
  return hash.digest();
}

/** `digest` again and again, cut to `length` bytes. */
function repeated(digest: Buffer, length: number): Buffer {
  return Buffer.alloc(length, digest);
}

/** 22 e: groups of three bytes, each group's indices 21 further on (modulo 63), and the last byte alone. */
function encode(digest: Buffer): string {
  let text = "";
  const group = (a: number, b: number, c: number, digits: number): void => {
    let word = (a << 16) | (b << 8) | c;
    for (let n = 0; n < digits; n += 1) {
      text += DIGITS.charAt(word & 63);
      word >>= 6;
    }
  };
  let index = [0, 21, 42];
  for (let n = 0; n < 21; n += 1) {
    group(digest[index[0] ?? 0] ?? 0, digest[index[1] ?? 0] ?? 0, digest[index[2] ?? 0] ?? 0, 4);
    index = [(index[1] ?? 0) + 1, (index[2] ?? 0) + 1, (index[0] ?? 0) + 1];
  }
  group(0, 0, digest[63] ?? 0, 2);
  return text;
}
