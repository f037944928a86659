import type { z } from "zod";
import type { upgradeAdminOutput, upgradeCreateInput, upgradeListOutput, upgradeUpdateInput } from "#shared/compute/catalog.ts";
import { notFound } from "#shared/errors.ts";
import { newId } from "#shared/ids.ts";
import type { UserActor } from "#server/identity/actor.ts";
import type { Upgrade } from "#server/infra/prisma/client.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";
import { recordAudit } from "#server/platform/audit.ts";
import { given } from "./given.ts";
import { taken, wrong } from "./refusals.ts";
import { changeUpgrade, insertUpgrade, listUpgradeRows, lockUpgrade } from "./upgrade-repository.ts";

type UpgradeView = z.infer<typeof upgradeAdminOutput>;

/** All upgrades, archived ones last. */
export async function listUpgrades(rt: Runtime): Promise<z.infer<typeof upgradeListOutput>> {
  return { data: (await listUpgradeRows(rt)).map(toView) };
}

/** @throws AppError CONFLICT (slug), INVALID_REQUEST (it adds nothing) */
export async function createUpgrade(rt: Runtime, actor: UserActor, input: z.infer<typeof upgradeCreateInput>): Promise<UpgradeView> {
  const row = { ...input, id: newId("upgrade"), active: true, computePricePerHour: BigInt(input.computePricePerHour), storagePricePerHour: BigInt(input.storagePricePerHour) };
  requireAddition(row);
  const made = toView(row);
  await transact(rt, async (tx) => {
    if (!(await insertUpgrade(tx, row))) throw taken("slug");
    await recordAudit(tx, actor, { action: "upgrade.create", subjectType: "upgrade", subjectId: row.id, organizationId: null, after: made, at: rt.clock.now() });
  });
  return made;
}

/** VMs that were upgraded keep what they got, at the price they got it for. `active: false` archives it. @throws AppError NOT_FOUND, INVALID_REQUEST */
export async function updateUpgrade(rt: Runtime, actor: UserActor, input: z.infer<typeof upgradeUpdateInput>): Promise<UpgradeView> {
  const { id, computePricePerHour, storagePricePerHour, ...fields } = input;
  return transact(rt, async (tx) => {
    const before = await lockUpgrade(tx, id);
    if (!before) throw notFound("upgrade");
    const changes = {
      ...given(fields),
      ...(computePricePerHour === undefined ? {} : { computePricePerHour: BigInt(computePricePerHour) }),
      ...(storagePricePerHour === undefined ? {} : { storagePricePerHour: BigInt(storagePricePerHour) }),
    };
    requireAddition({ ...before, ...changes });
    const after = await changeUpgrade(tx, id, changes);
    const action = input.active === false && before.active ? "upgrade.archive" : "upgrade.update";
    await recordAudit(tx, actor, { action, subjectType: "upgrade", subjectId: id, organizationId: null, before: toView(before), after: toView(after), at: rt.clock.now() });
    return toView(after);
  });
}

function requireAddition(upgrade: Pick<Upgrade, "vcpu" | "memoryMb" | "storageGb">): void {
  if (upgrade.vcpu + upgrade.memoryMb + upgrade.storageGb === 0) throw wrong("vcpu", "or the memory or the disk must be above zero: an upgrade adds something");
}

function toView(upgrade: Upgrade): UpgradeView {
  return { ...upgrade, computePricePerHour: upgrade.computePricePerHour.toString(), storagePricePerHour: upgrade.storagePricePerHour.toString() };
}
