import type { z } from "zod";
import type { imageAdminOutput, imageCreateInput, imageListOutput, imageUpdateInput } from "#shared/compute/catalog.ts";
import { notFound } from "#shared/errors.ts";
import { newId } from "#shared/ids.ts";
import type { UserActor } from "#server/identity/actor.ts";
import type { Tx } from "#server/infra/events.ts";
import type { Prisma } from "#server/infra/prisma/client.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";
import { recordAudit } from "#server/platform/audit.ts";
import { given } from "./given.ts";
import { changeImage, type ImageDetails, imageDetails, insertImage, listImageRows, lockImage, replaceSources } from "./image-repository.ts";
import { namedHosts } from "./places.ts";
import { taken, wrong } from "./refusals.ts";

type ImageView = z.infer<typeof imageAdminOutput>;
type Source = { hostId: string; source: string };

/** Proxmox numbers its VMs and templates from 100. */
const PROXMOX_VMID = /^[1-9]\d{2,8}$/;

/** All images, archived ones last. */
export async function listImages(rt: Runtime): Promise<z.infer<typeof imageListOutput>> {
  return { data: (await listImageRows(rt)).map(toView) };
}

/** @throws AppError CONFLICT (slug), INVALID_REQUEST (a source that cannot be) */
export async function createImage(rt: Runtime, actor: UserActor, input: z.infer<typeof imageCreateInput>): Promise<ImageView> {
  const id = newId("image");
  const { sources, ...fields } = input;
  return transact(rt, async (tx) => {
    await checkSources(tx, sources);
    if (!(await insertImage(tx, { ...fields, id }))) throw taken("slug");
    await replaceSources(tx, id, sources);
    const made = await viewIn(tx, id);
    await recordAudit(tx, actor, { action: "image.create", subjectType: "image", subjectId: id, organizationId: null, after: auditOf(made), at: rt.clock.now() });
    return made;
  });
}

/** VMs that exist keep the disk they have. `active: false` archives it. @throws AppError NOT_FOUND, INVALID_REQUEST */
export async function updateImage(rt: Runtime, actor: UserActor, input: z.infer<typeof imageUpdateInput>): Promise<ImageView> {
  const { id, sources, ...fields } = input;
  return transact(rt, async (tx) => {
    if (!(await lockImage(tx, id))) throw notFound("image");
    const before = await viewIn(tx, id);
    if (sources) await checkSources(tx, sources);
    await changeImage(tx, id, given(fields));
    if (sources) await replaceSources(tx, id, sources);
    const after = await viewIn(tx, id);
    const action = input.active === false && before.active ? "image.archive" : "image.update";
    await recordAudit(tx, actor, { action, subjectType: "image", subjectId: id, organizationId: null, before: auditOf(before), after: auditOf(after), at: rt.clock.now() });
    return after;
  });
}

async function checkSources(tx: Tx, sources: readonly Source[]): Promise<void> {
  const hosts = await namedHosts(tx, "sources", sources);
  for (const [index, { source }] of sources.entries()) {
    if (hosts[index]?.driver === "proxmox" && !PROXMOX_VMID.test(source)) throw wrong(`sources.${index}.source`, "must be the template's number (VMID) on a Proxmox host");
  }
}

async function viewIn(tx: Tx, id: string): Promise<ImageView> {
  const image = await imageDetails(tx, id);
  if (!image) throw notFound("image");
  return toView(image);
}

function toView({ sources, _count, ...fields }: ImageDetails): ImageView {
  return { ...fields, sources: sources.map(({ hostId, host, source }) => ({ hostId, hostName: host.name, source })), vmCount: _count.vms };
}

function auditOf(image: ImageView): Prisma.InputJsonObject {
  const { vmCount: _count, sources, ...view } = image;
  return { ...view, sources: sources.map(({ hostName, source }) => ({ host: hostName, source })) };
}
