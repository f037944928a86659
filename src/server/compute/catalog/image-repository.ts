import type { Tx } from "#server/infra/events.ts";
import type { Image, Prisma } from "#server/infra/prisma/client.ts";
import type { Runtime } from "#server/infra/runtime.ts";

const DETAILS = {
  sources: { include: { host: { select: { name: true } } }, orderBy: { host: { name: "asc" } } },
  _count: { select: { vms: { where: { status: { notIn: ["terminated", "rolled_back"] } } } } },
} satisfies Prisma.ImageInclude;
export type ImageDetails = Prisma.ImageGetPayload<{ include: typeof DETAILS }>;

export function listImageRows(rt: Runtime): Promise<ImageDetails[]> {
  return rt.db.prisma.image.findMany({ include: DETAILS, orderBy: [{ active: "desc" }, { position: "asc" }, { id: "asc" }] });
}

export function imageDetails(tx: Tx, id: string): Promise<ImageDetails | null> {
  return tx.image.findUnique({ where: { id }, include: DETAILS });
}

export async function lockImage(tx: Tx, id: string): Promise<Image | null> {
  await tx.$queryRaw`select 1 from image where id = ${id} for no key update`;
  return tx.image.findUnique({ where: { id } });
}

/** @returns false when another image has the slug */
export async function insertImage(tx: Tx, image: Prisma.ImageCreateManyInput): Promise<boolean> {
  return (await tx.image.createMany({ data: [image], skipDuplicates: true })).count === 1;
}

export async function changeImage(tx: Tx, id: string, data: Prisma.ImageUpdateManyMutationInput): Promise<void> {
  await tx.image.updateMany({ where: { id }, data });
}

/** The image is on these hosts and on no other. */
export async function replaceSources(tx: Tx, imageId: string, sources: readonly { hostId: string; source: string }[]): Promise<void> {
  await tx.imageSource.deleteMany({ where: { imageId } });
  await tx.imageSource.createMany({ data: sources.map((source) => ({ imageId, ...source })) });
}
