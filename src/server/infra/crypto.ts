import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes, timingSafeEqual } from "node:crypto";

/** Seals secrets at rest: AES-256-GCM, with the id of the key in front so that keys can be rotated. */
export interface Sealer {
  /** `v1.<key id>.<iv>.<tag>.<ciphertext>`, base64url. `context` (table, row id) is authenticated: a sealed value works only in its place. */
  seal(plain: string, context: string): string;
  /** @throws Error when the key is gone, the context differs or a byte was changed */
  open(sealed: string, context: string): string;
}

/** @param secretKeys the first seals; all open */
export function createSealer(secretKeys: readonly string[]): Sealer {
  const keys = secretKeys.map((secret) => {
    const key = Buffer.from(hkdfSync("sha256", secret, "", "switchyard/seal/v1", 32));
    return { id: createHash("sha256").update(key).digest("base64url").slice(0, 8), key };
  });
  const current = keys[0];
  if (!current) throw new Error("createSealer needs a key");
  return {
    seal(plain, context) {
      const iv = randomBytes(12);
      const cipher = createCipheriv("aes-256-gcm", current.key, iv).setAAD(Buffer.from(context));
      const body = Buffer.concat([cipher.update(plain, "utf8"), cipher.final()]);
      return ["v1", current.id, iv.toString("base64url"), cipher.getAuthTag().toString("base64url"), body.toString("base64url")].join(".");
    },
    open(sealed, context) {
      const [version, keyId, iv, tag, body] = sealed.split(".");
      const found = keys.find((candidate) => candidate.id === keyId);
      if (version !== "v1" || !found || !iv || !tag || body === undefined) throw new Error("sealed value: unknown key or form");
      const decipher = createDecipheriv("aes-256-gcm", found.key, Buffer.from(iv, "base64url")).setAAD(Buffer.from(context));
      decipher.setAuthTag(Buffer.from(tag, "base64url"));
      return Buffer.concat([decipher.update(Buffer.from(body, "base64url")), decipher.final()]).toString("utf8");
    },
  };
}

/** SHA-256 in hexadecimal: how random tokens (≥ 128 bits) are kept. */
export function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** `bytes` random bytes as base64url. */
export function randomToken(bytes = 32): string {
  return randomBytes(bytes).toString("base64url");
}

/** Whether two strings are equal, in a time that does not tell where they differ. */
export function safeEqual(a: string, b: string): boolean {
  return timingSafeEqual(createHash("sha256").update(a).digest(), createHash("sha256").update(b).digest());
}
