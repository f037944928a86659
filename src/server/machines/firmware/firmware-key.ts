import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import type { z } from "zod";
import type { firmwareKeyOutput } from "#shared/machines/firmware.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";
import { findFirmwareKeys, insertFirmwareKey, lockFirmwareKeys } from "./firmware-repository.ts";

export interface FirmwareKeyPair {
  kid: string;
  /** Ed25519 (RFC 8032), 32 bytes in base64 */
  publicKey: string;
  /**
   * Ed25519 over the text's UTF-8, in base64
   * @throws Error when SECRET_KEY was replaced without keeping the old one
   */
  sign(text: string): string;
}

const loaded = new WeakMap<Runtime, Promise<FirmwareKeyPair>>();

/**
 * The installation's key for firmware, made at the first need: one process makes it, the others wait and read it. Devices pin its public half at their claim,
 * so it is never replaced by itself.
 */
export function firmwareKey(rt: Runtime): Promise<FirmwareKeyPair> {
  const known = loaded.get(rt);
  if (known) return known;
  const key = readOrMake(rt);
  loaded.set(rt, key);
  // A failure is not remembered.
  key.catch(() => loaded.get(rt) === key && loaded.delete(rt));
  return key;
}

/** The public half, in the forms that people and tools want. */
export async function describeFirmwareKey(rt: Runtime): Promise<z.output<typeof firmwareKeyOutput>> {
  const { kid, publicKey } = await firmwareKey(rt);
  const key = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x: Buffer.from(publicKey, "base64").toString("base64url") }, format: "jwk" });
  return { kid, publicKey, pem: key.export({ type: "spki", format: "pem" }).toString() };
}

async function readOrMake(rt: Runtime): Promise<FirmwareKeyPair> {
  const present = await read(rt);
  if (present) return present;
  await transact(rt, async (tx) => {
    await lockFirmwareKeys(tx);
    if ((await findFirmwareKeys(tx)).length > 0) return;
    const { publicKey, privateKey } = generateKeyPairSync("ed25519");
    // Of an OKP key `x` is always there (RFC 8037).
    const raw = Buffer.from(publicKey.export({ format: "jwk" }).x ?? "", "base64url");
    const kid = createHash("sha256").update(raw).digest("hex").slice(0, 16);
    const privateSealed = rt.sealer.seal(privateKey.export({ type: "pkcs8", format: "pem" }).toString(), sealContext(kid));
    await insertFirmwareKey(tx, { kid, publicKey: raw.toString("base64"), privateSealed, createdAt: rt.clock.now() });
  });
  const made = await read(rt);
  if (!made) throw new Error("the firmware key that was just made is not there");
  return made;
}

async function read(rt: Runtime): Promise<FirmwareKeyPair | null> {
  const [row] = await findFirmwareKeys(rt.db.prisma);
  if (!row) return null;
  return { kid: row.kid, publicKey: row.publicKey, sign: (text) => sign(null, Buffer.from(text), openPrivate(rt, row)).toString("base64") };
}

/** At the time of signing and not before: devices are claimed, and get the public half, whatever has become of the private one. */
function openPrivate(rt: Runtime, row: { kid: string; privateSealed: string }): KeyObject {
  try {
    return createPrivateKey(rt.sealer.open(row.privateSealed, sealContext(row.kid)));
  } catch (error) {
    throw new Error("the key that signs firmware cannot be opened: add the earlier SECRET_KEY behind the present one", { cause: error });
  }
}

function sealContext(kid: string): string {
  return `firmware_key/${kid}`;
}
