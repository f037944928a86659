import { createCipheriv } from "node:crypto";

export const CHALLENGE_BYTES = 16;

/**
 * The answer to a challenge of the VNC authentication (RFC 6143, 7.2.2): the challenge encrypted by DES with the password as its key. Every implementation
 * takes the key's bits in the wrong order, byte by byte. Of the password eight characters count.
 */
export function answerChallenge(password: string, challenge: Buffer): Buffer {
  const key = Buffer.alloc(8);
  Buffer.from(password, "latin1").copy(key, 0, 0, 8);
  const mirrored = Buffer.from(key.map(mirror));
  // OpenSSL 3 has DES only as triple DES; with three times the same key that is DES.
  const cipher = createCipheriv("des-ede3-ecb", Buffer.concat([mirrored, mirrored, mirrored]), null).setAutoPadding(false);
  return Buffer.concat([cipher.update(challenge), cipher.final()]);
}

function mirror(byte: number): number {
  let mirrored = 0;
  for (let bit = 0; bit < 8; bit += 1) if (byte & (1 << bit)) mirrored |= 0x80 >> bit;
  return mirrored;
}
