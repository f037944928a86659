import { randomBytes, randomInt } from "node:crypto";
import { sha512Crypt } from "./sha512-crypt.ts";

/** Letters and digits that nobody mistakes for one another. */
const ALPHABET = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
const SALT = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const LENGTH = 20;
const SALT_LENGTH = 16;

/** A password of 115 bits, and the hash of it that a guest takes. The password is shown once; only the hash travels on. */
export function generatePassword(): { password: string; hash: string } {
  const password = Array.from({ length: LENGTH }, () => ALPHABET.charAt(randomInt(ALPHABET.length))).join("");
  const salt = Array.from(randomBytes(SALT_LENGTH), (byte) => SALT.charAt(byte & 63)).join("");
  return { password, hash: sha512Crypt(password, salt) };
}
