import { z } from "zod";
import { id, pageInput, pageOf, timestamp } from "../schema.ts";

/** Why a file is not taken as firmware: the error's `reason`. */
export const IMAGE_REFUSALS = [
  "empty",
  "elf",
  "partition_table",
  "merged",
  "bootloader",
  "not_an_image",
  "truncated",
  "malformed",
  "unknown_chip",
  "checksum",
  "hash",
  "trailing",
  "signature_sector",
  "version",
  "project_name",
  "project",
  "chip",
  "too_large",
  "version_taken",
  "secure_version",
] as const;
export type ImageRefusal = (typeof IMAGE_REFUSALS)[number];

/** Larger than any application partition of the chips that there are. */
export const MAX_FIRMWARE_BYTES = 16 * 1024 * 1024;

/** What is signed of a firmware, in the device's spelling. The order of the keys is that of the bytes. */
export const firmwareManifest = z.strictObject({
  project: z.string(),
  version: z.string(),
  chip: z.string(),
  size: z.number().int(),
  sha256: z.string(),
  secure_version: z.number().int(),
  created_at: timestamp,
});
export type FirmwareManifest = z.infer<typeof firmwareManifest>;

export const firmwareOutput = z.object({
  id: z.string(),
  project: z.string(),
  version: z.string(),
  chip: z.string(),
  secureVersion: z.number().int(),
  idfVersion: z.string(),
  sizeBytes: z.number().int(),
  sha256: z.string(),
  notes: z.string(),
  machines: z.number().int().describe("that say that they run it"),
  createdAt: timestamp,
  archivedAt: timestamp.nullable(),
});
export const firmwareDetailOutput = firmwareOutput.extend({
  manifest: z.string().describe("the bytes that are signed"),
  signature: z.string().describe("Ed25519, base64"),
  uploadedBy: z.string().nullable(),
});
export const firmwareUploadOutput = z.object({ firmware: firmwareOutput, created: z.boolean().describe("false: these very bytes were uploaded before") });
export const firmwareIdInput = z.object({ id: id("firmware") });
export const firmwareListInput = pageInput.extend({ archived: z.boolean().default(false).describe("archived ones too"), search: z.string().trim().max(100).optional() });
export const firmwareListOutput = pageOf(firmwareOutput);
export const firmwareUpdateInput = z.object({
  id: id("firmware"),
  notes: z.string().trim().max(10_000).optional(),
  archived: z.boolean().optional().describe("an archived one is offered to nobody"),
});
export const firmwareKeyOutput = z.object({
  kid: z.string(),
  publicKey: z.string().describe("Ed25519, 32 bytes in base64: devices pin it"),
  pem: z.string().describe("the same as SubjectPublicKeyInfo"),
});

