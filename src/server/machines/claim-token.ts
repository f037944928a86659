import { randomBytes } from "node:crypto";

/** The right to become a machine: 26 characters of Crockford's base 32, 130 random bits. No I, L, O and U, so that people can type it. */
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const LENGTH = 26;
const GROUP = 5;

export function newClaimToken(): string {
  // 256 is a multiple of 32, so the five low bits of a random byte are uniform.
  return Array.from(randomBytes(LENGTH), (byte) => ALPHABET.charAt(byte & 31)).join("");
}

/** The token as people write it, made canonical: any case, hyphens and blanks, O for 0, I and L for 1. Null when it cannot be a token. */
export function parseClaimToken(text: string): string | null {
  const token = text.toUpperCase().replace(/[\s-]/g, "").replaceAll("O", "0").replace(/[IL]/g, "1");
  return token.length === LENGTH && [...token].every((character) => ALPHABET.includes(character)) ? token : null;
}

/** In groups, for typing. */
export function typeableToken(token: string): string {
  return (token.match(new RegExp(`.{1,${GROUP}}`, "g")) ?? []).join("-");
}
