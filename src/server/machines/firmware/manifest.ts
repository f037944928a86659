import { firmwareManifest, type FirmwareManifest } from "#shared/machines/firmware.ts";

/** The bytes that are signed: JSON without spaces, its keys in the order of the schema, whatever order the database gives them in. */
export function manifestText(manifest: unknown): string {
  const { project, version, chip, size, sha256, secure_version, created_at } = firmwareManifest.parse(manifest);
  return JSON.stringify({ project, version, chip, size, sha256, secure_version, created_at } satisfies FirmwareManifest);
}
