import { createHash, createPublicKey, verify } from "node:crypto";
import { readFileSync } from "node:fs";
import type { OtaMessage } from "#shared/machines/device.ts";

/** Where an ESP32 application image says what it is: esp_image_header_t, then esp_app_desc_t. */
const IMAGE_MAGIC = 0xe9;
const DESCRIPTOR_OFFSET = 32;
const DESCRIPTOR_MAGIC = 0xabcd5432;
const VERSION_OFFSET = 48;
const VERSION_BYTES = 32;
const HEADER_BYTES = 288;

/**
 * Whether the server may have firmware installed: the signature is the server's, and what it signed is what this job offers. A manifest of another image, with a
 * signature of its own, does not let this one in.
 * @param publicKey Ed25519, 32 bytes in base64
 * @returns the reason why not; null: it may
 */
export function manifestProblem(message: OtaMessage, publicKey: string | null | undefined): string | null {
  if (!publicKey) return "no key to check the signature with";
  if (!isSigned(message, publicKey)) return "the signature is wrong";
  let manifest: Record<string, unknown>;
  try {
    manifest = JSON.parse(message.manifest) as Record<string, unknown>;
  } catch {
    return "the manifest is not JSON";
  }
  if (manifest["sha256"] !== message.sha256 || manifest["version"] !== message.version || manifest["size"] !== message.size) return "the manifest is of another image";
  return null;
}

function isSigned({ manifest, signature }: OtaMessage, publicKey: string): boolean {
  try {
    const key = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x: Buffer.from(publicKey, "base64").toString("base64url") }, format: "jwk" });
    return verify(null, Buffer.from(manifest), key, Buffer.from(signature, "base64"));
  } catch {
    return false;
  }
}

/** Looks at what was downloaded as the boot loader would. @returns what is wrong with it; null: nothing */
export function imageProblem(file: string, { size, sha256, version }: Pick<OtaMessage, "size" | "sha256" | "version">): string | null {
  const image = readFileSync(file);
  if (image.length !== size) return `${image.length} bytes instead of ${size}`;
  if (createHash("sha256").update(image).digest("hex") !== sha256.toLowerCase()) return "SHA-256 does not match";
  if (image.length < HEADER_BYTES || image[0] !== IMAGE_MAGIC || image.readUInt32LE(DESCRIPTOR_OFFSET) !== DESCRIPTOR_MAGIC) return "not an application image";
  const found = image.subarray(VERSION_OFFSET, VERSION_OFFSET + VERSION_BYTES).toString("utf8").split("\0", 1)[0];
  return found === version ? null : `the image is version ${found}`;
}
