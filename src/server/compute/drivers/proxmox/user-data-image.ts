import { createHash } from "node:crypto";
import { noCloudIso } from "../cloud-init/no-cloud.ts";
import type { CallOptions, GuestConfiguration } from "../driver.ts";
import { DriverError } from "../errors.ts";
import { storageContent } from "./answers.ts";
import { ProxmoxError } from "./errors.ts";
import { apiPath } from "./form.ts";
import { finish } from "./hardware.ts";
import { firstName, foreignVmid } from "./identity.ts";
import type { Session } from "./session.ts";

/** An upload may take a while on a slow line. */
const UPLOAD_MS = 120_000;

/** What the images of a VM are named after. Numbers alone are not unique where clusters share a storage. */
function stemOf(session: Session, ref: string): string {
  const vmid = foreignVmid(ref);
  return vmid === null ? firstName(ref) : `adopted-${vmid}-${createHash("sha256").update(session.place.origin).digest("hex").slice(0, 8)}`;
}

export function isUserDataImage(session: Session, ref: string, volume: string): boolean {
  return volume.includes(`:iso/${stemOf(session, ref)}.`);
}

/**
 * Puts the guest's data on the host as a NoCloud image: Proxmox's own cloud-init drive takes no user data by its API.
 * @returns the volume. @throws DriverError refused when the host has no storage for images
 */
export async function putUserDataImage(session: Session, ref: string, node: string, guest: GuestConfiguration, mac: string | null, call: CallOptions): Promise<string> {
  const { isoStorage } = session.place.settings;
  if (isoStorage === undefined) throw new DriverError("refused", `${session.hostName} takes no user data: set its storage for ISO images`);
  const content = noCloudIso(guest, mac);
  const name = `${stemOf(session, ref)}.${createHash("sha256").update(content).digest("hex").slice(0, 16)}.iso`;
  const volume = `${isoStorage}:iso/${name}`;
  const there = await session.client.get(apiPath`/nodes/${node}/storage/${isoStorage}/content`, { content: "iso" }, storageContent, call);
  if (!there.some((each) => each.volid === volume)) {
    await finish(session, await session.client.upload(apiPath`/nodes/${node}/storage/${isoStorage}/upload`, { content: "iso" }, { name, content }, { signal: call.signal, timeoutMs: UPLOAD_MS }), call);
  }
  return volume;
}

/** @param keep the one that is in use */
export async function removeUserDataImages(session: Session, ref: string, call: CallOptions, keep: string | null = null, node: string = session.place.node): Promise<void> {
  const { isoStorage } = session.place.settings;
  if (isoStorage === undefined) return;
  const there = await session.client.get(apiPath`/nodes/${node}/storage/${isoStorage}/content`, { content: "iso" }, storageContent, call);
  for (const { volid } of there) {
    if (volid === keep || !isUserDataImage(session, ref, volid)) continue;
    try {
      await finish(session, await session.client.change("DELETE", apiPath`/nodes/${node}/storage/${isoStorage}/content/${volid}`, {}, call), call);
    } catch (error) {
      if (!(error instanceof ProxmoxError && /does not exist|no such/i.test(error.message))) throw error;
    }
  }
}
