import type { z } from "zod";
import type { upgradeAdminOutput, upgradeCreateInput, upgradeListOutput, upgradeUpdateInput } from "#shared/compute/catalog.ts";
import { notFound } from "#shared/errors.ts";
import { newId } from "#shared/ids.ts";
import { allPricesAt, type ComponentPrices } from "#server/billing/prices/prices.ts";
import { addPrices } from "#server/billing/prices/schedule.ts";
import type { UserActor } from "#server/identity/actor.ts";
import type { Upgrade } from "#server/infra/prisma/client.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";
import { recordAudit } from "#server/platform/audit.ts";
import { given } from "./given.ts";
import { priceView } from "./price-view.ts";
import { taken, wrong } from "./refusals.ts";
import { changeUpgrade, insertUpgrade, listUpgradeRows, lockUpgrade } from "./upgrade-repository.ts";

type UpgradeView = z.infer<typeof upgradeAdminOutput>;

/** All upgrades, archived ones last. */
export async function listUpgrades(rt: Runtime): Promise<z.infer<typeof upgradeListOutput>> {
  const [upgrades, prices] = await Promise.all([listUpgradeRows(rt), allPricesAt(rt.db.prisma, "upgrade", rt.clock.now())]);
  return { data: upgrades.map((upgrade) => toView(upgrade, prices.get(upgrade.id))) };
}

/** @throws AppError CONFLICT (slug), INVALID_REQUEST (it adds nothing) */
export async function createUpgrade(rt: Runtime, actor: UserActor, input: z.infer<typeof upgradeCreateInput>): Promise<UpgradeView> {
  const { computePricePerHour, storagePricePerHour, ...fields } = input;
  const row = { ...fields, id: newId("upgrade"), active: true };
  requireAddition(row);
  const made: UpgradeView = { ...row, computePricePerHour, storagePricePerHour };
  await transact(rt, async (tx) => {
    const at = rt.clock.now();
    if (!(await insertUpgrade(tx, row))) throw taken("slug");
    const prices = { compute: BigInt(computePricePerHour), storage: BigInt(storagePricePerHour) };
    await addPrices(tx, { ...prices, subject: { type: "upgrade", id: row.id }, policy: {}, effectiveFrom: at, appliesTo: "new", createdById: actor.userId, at });
    await recordAudit(tx, actor, { action: "upgrade.create", subjectType: "upgrade", subjectId: row.id, organizationId: null, after: made, at });
  });
  return made;
}

/** VMs that were upgraded keep what they got. Its price is another matter: price-changes.ts. `active: false` archives it. @throws AppError NOT_FOUND, INVALID_REQUEST */
export async function updateUpgrade(rt: Runtime, actor: UserActor, input: z.infer<typeof upgradeUpdateInput>): Promise<UpgradeView> {
  const { id, ...fields } = input;
  return transact(rt, async (tx) => {
    const before = await lockUpgrade(tx, id);
    if (!before) throw notFound("upgrade");
    const at = rt.clock.now();
    const changes = given(fields);
    requireAddition({ ...before, ...changes });
    const after = await changeUpgrade(tx, id, changes);
    const prices = (await allPricesAt(tx, "upgrade", at, id)).get(id);
    const action = input.active === false && before.active ? "upgrade.archive" : "upgrade.update";
    await recordAudit(tx, actor, { action, subjectType: "upgrade", subjectId: id, organizationId: null, before: toView(before, prices), after: toView(after, prices), at });
    return toView(after, prices);
  });
}

function requireAddition(upgrade: Pick<Upgrade, "vcpu" | "memoryMb" | "storageGb">): void {
  if (upgrade.vcpu + upgrade.memoryMb + upgrade.storageGb === 0) throw wrong("vcpu", "or the memory or the disk must be above zero: an upgrade adds something");
}

function toView(upgrade: Upgrade, prices: ComponentPrices | undefined): UpgradeView {
  return { ...upgrade, ...priceView(prices) };
}
