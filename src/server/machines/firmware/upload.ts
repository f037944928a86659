import type { z } from "zod";
import { newId } from "#shared/ids.ts";
import { sameChip } from "#shared/machines/chips.ts";
import type { FirmwareManifest, firmwareUploadOutput } from "#shared/machines/firmware.ts";
import type { UserActor } from "#server/identity/actor.ts";
import { publish, type Tx } from "#server/infra/events.ts";
import type { Firmware } from "#server/infra/prisma/client.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";
import { fileStorage } from "#server/infra/storage.ts";
import { recordAudit } from "#server/platform/audit.ts";
import { type Esp32Image, readEsp32Image } from "./esp32-image.ts";
import { summarize } from "./firmware.ts";
import { firmwareKey } from "./firmware-key.ts";
import { fleetSecureVersion, findVersion, insertFirmware, templatesOfProject } from "./firmware-repository.ts";
import { imageRefusal } from "./image-refusals.ts";
import { manifestText } from "./manifest.ts";

/**
 * Takes an application image: looks at it, stores it, signs its manifest. The file is named by its contents and written before its row, so that an upload
 * that was cut off is simply repeated. The same bytes again are the firmware that is there.
 * @throws AppError INVALID_REQUEST with `reason` (shared/machines/firmware.ts: IMAGE_REFUSALS)
 */
export async function uploadFirmware(rt: Runtime, actor: UserActor, file: Buffer): Promise<z.output<typeof firmwareUploadOutput>> {
  const image = readEsp32Image(file);
  const key = await firmwareKey(rt);
  const known = await checkFit(rt.db.prisma, image);
  if (known) return { firmware: await summarize(rt, known), created: false };
  const storageKey = `firmware/${image.sha256}.bin`;
  await fileStorage(rt.config).put(storageKey, file);
  const { row, created } = await transact(rt, async (tx) => {
    const at = rt.clock.now();
    // Asked again with the row: another upload may have been quicker.
    const earlier = await checkFit(tx, image);
    if (earlier) return { row: earlier, created: false };
    const manifest: FirmwareManifest = {
      project: image.project,
      version: image.version,
      chip: image.chip,
      size: image.sizeBytes,
      sha256: image.sha256,
      secure_version: image.secureVersion,
      created_at: at.toISOString(),
    };
    const { chip, project, version, secureVersion, idfVersion, sizeBytes, sha256 } = image;
    const firmware: Firmware = {
      id: newId("firmware"),
      chip, project, version, secureVersion, idfVersion, sizeBytes, sha256, storageKey, manifest,
      signature: key.sign(manifestText(manifest)),
      notes: "",
      uploadedById: actor.userId,
      createdAt: at,
      archivedAt: null,
    };
    if (!(await insertFirmware(tx, { ...firmware, manifest }))) {
      const quicker = await findVersion(tx, image);
      if (quicker?.sha256 === sha256) return { row: quicker, created: false };
      throw imageRefusal("version_taken");
    }
    await publish(tx, { type: "firmware.uploaded", subject: firmware.id, organizationId: null, data: { firmwareId: firmware.id, version }, at });
    await recordAudit(tx, actor, { action: "firmware.upload", subjectType: "firmware", subjectId: firmware.id, organizationId: null, after: { ...manifest }, at });
    return { row: firmware, created: true };
  });
  return { firmware: await summarize(rt, row), created };
}

/** Whether the installation has a use for the image. @returns the firmware of these very bytes, if there is one */
async function checkFit(tx: Tx, image: Esp32Image): Promise<Firmware | null> {
  const { project, chip, version, sha256, sizeBytes, secureVersion } = image;
  const ofProject = await templatesOfProject(tx, project);
  if (ofProject.length === 0) throw imageRefusal("project", `the image says "${project}"`);
  const fitting = ofProject.filter((template) => template.chip !== null && sameChip(template.chip, chip));
  if (fitting.length === 0) throw imageRefusal("chip", `the image is for the ${chip}`);
  const room = Math.min(...fitting.map((template) => template.otaSlotBytes));
  if (sizeBytes > room) throw imageRefusal("too_large", `${sizeBytes} bytes, and there is room for ${room}`);
  const known = await findVersion(tx, { project, chip, version });
  if (known && known.sha256 !== sha256) throw imageRefusal("version_taken", `${version} has the SHA-256 ${known.sha256}`);
  if (known) return known;
  const lowest = await fleetSecureVersion(tx, project, chip);
  if (secureVersion < lowest) throw imageRefusal("secure_version", `${secureVersion}, and theirs is ${lowest}`);
  return null;
}
