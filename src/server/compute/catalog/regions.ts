import type { z } from "zod";
import type { regionAdminOutput, regionCreateInput, regionListOutput, regionUpdateInput } from "#shared/compute/catalog.ts";
import { AppError, notFound } from "#shared/errors.ts";
import type { UserActor } from "#server/identity/actor.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";
import { recordAudit } from "#server/platform/audit.ts";
import { given } from "./given.ts";
import { taken } from "./refusals.ts";
import { changeRegion, countReferences, insertRegion, listRegionRows, lockRegion, type RegionInUse, removeRegion } from "./region-repository.ts";

type RegionView = z.infer<typeof regionAdminOutput>;

export async function listRegions(rt: Runtime): Promise<z.infer<typeof regionListOutput>> {
  return { data: (await listRegionRows(rt)).map(toView) };
}

/** @throws AppError CONFLICT (id) */
export async function createRegion(rt: Runtime, actor: UserActor, input: z.infer<typeof regionCreateInput>): Promise<RegionView> {
  await transact(rt, async (tx) => {
    if (!(await insertRegion(tx, input))) throw taken("id");
    await recordAudit(tx, actor, { action: "region.create", subjectType: "region", subjectId: input.id, organizationId: null, after: input, at: rt.clock.now() });
  });
  return { ...input, hosts: 0, vmCount: 0, pools: 0 };
}

/** @throws AppError NOT_FOUND */
export async function updateRegion(rt: Runtime, actor: UserActor, input: z.infer<typeof regionUpdateInput>): Promise<RegionView> {
  const { id, ...fields } = input;
  return transact(rt, async (tx) => {
    const region = await lockRegion(tx, id);
    if (!region) throw notFound("region");
    const changes = given(fields);
    await changeRegion(tx, id, changes);
    const { name, position } = region;
    await recordAudit(tx, actor, { action: "region.update", subjectType: "region", subjectId: id, organizationId: null, before: { name, position }, after: { name, position, ...changes }, at: rt.clock.now() });
    return toView({ ...region, ...changes });
  });
}

/** Removes a region that nothing ever stood in; any other is hidden from customers as soon as it has no active host. @throws AppError NOT_FOUND, CONFLICT */
export async function removeUnusedRegion(rt: Runtime, actor: UserActor, id: string): Promise<void> {
  await transact(rt, async (tx) => {
    const region = await lockRegion(tx, id);
    if (!region) throw notFound("region");
    if ((await countReferences(tx, id)) > 0) throw new AppError("CONFLICT", "Hosts, address pools or VMs refer to this region, also VMs that are gone. Without an active host no customer sees it.");
    await removeRegion(tx, id);
    await recordAudit(tx, actor, { action: "region.remove", subjectType: "region", subjectId: id, organizationId: null, before: { name: region.name, position: region.position }, at: rt.clock.now() });
  });
}

function toView({ _count, ...region }: RegionInUse): RegionView {
  return { ...region, hosts: _count.hosts, vmCount: _count.vms, pools: _count.ipPools };
}
