import { AppError } from "#shared/errors.ts";
import type { ImageRefusal } from "#shared/machines/firmware.ts";

const SENTENCES: Record<ImageRefusal, string> = {
  empty: "The file is empty.",
  elf: "This is an ELF file for the debugger; upload the .bin of the application beside it.",
  partition_table: "This is a partition table; upload the .bin of the application.",
  merged: "This is a merged image of a whole flash, with boot loader and partition table; upload the .bin of the application alone.",
  bootloader: "This is a boot loader, or an image without an application's description; upload the .bin of the application.",
  not_an_image: "This is no application image of an ESP32: it does not begin with the byte E9.",
  truncated: "The file is cut off.",
  malformed: "The image is not well formed.",
  unknown_chip: "The image is for an unknown chip.",
  checksum: "The image is damaged: its checksum is wrong.",
  hash: "The image is damaged: its SHA-256 is wrong.",
  trailing: "Something follows the image that does not belong to it.",
  signature_sector: "The signature sector is damaged.",
  version: "The image's version cannot be used.",
  project_name: "The image's project name cannot be used.",
  project: "No kind of machine has firmware of this project.",
  chip: "No kind of machine with firmware of this project has this chip.",
  too_large: "The image is larger than the application partition of the machines.",
  version_taken: "This version was uploaded before with other contents; give the build another version.",
  secure_version: "The image's secure version is below that of the firmware that machines run: they could not start it.",
};

/** A refusal to take a file as firmware, with what is wrong: `reason` for programs, a sentence for people. */
export function imageRefusal(reason: ImageRefusal, detail?: string): AppError {
  return new AppError("INVALID_REQUEST", detail === undefined ? SENTENCES[reason] : `${SENTENCES[reason].slice(0, -1)}: ${detail}.`, { reason });
}
