import type { z } from "zod";
import type { addressOutput, poolAddressesInput, poolCreateInput, poolListOutput, poolOutput, poolUpdateInput } from "#shared/compute/catalog.ts";
import { AppError, notFound } from "#shared/errors.ts";
import { newId } from "#shared/ids.ts";
import { pagination } from "#shared/schema.ts";
import type { UserActor } from "#server/identity/actor.ts";
import type { IpPool } from "#server/infra/prisma/client.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";
import { recordAudit } from "#server/platform/audit.ts";
import { regionExists } from "./catalog-repository.ts";
import { ADDRESS_REST_MS } from "./addresses.ts";
import { given } from "./given.ts";
import { parseAddress } from "./ip-network.ts";
import { rangeOf, sizeOf } from "./pool-range.ts";
import { addressPage, changePoolRow, deletePool, insertPool, listPoolRows, lockAllPools, lockPool, poolUse, takenAddresses, takenAmong } from "./pool-repository.ts";
import { checkPool } from "./pool-rules.ts";
import { taken, wrong } from "./refusals.ts";

type PoolView = z.infer<typeof poolOutput>;

/** All pools, by region, with how much of each is taken. */
export async function listPools(rt: Runtime): Promise<z.infer<typeof poolListOutput>> {
  const [pools, uses] = await Promise.all([listPoolRows(rt), poolUse(rt, restingSince(rt))]);
  const gateways = gatewaysAmong(pools);
  const useOf = new Map(uses.map((use) => [use.poolId, use]));
  return { data: pools.map((pool) => toView(pool, gateways, useOf.get(pool.id) ?? { taken: 0, resting: 0 })) };
}

/** Which VM has which address; those at rest too. @throws AppError NOT_FOUND */
export async function listPoolAddresses(rt: Runtime, input: z.infer<typeof poolAddressesInput>) {
  if (!(await listPoolRows(rt)).some((pool) => pool.id === input.id)) throw notFound("pool");
  const { rows, total } = await addressPage(rt, input.id, restingSince(rt), input);
  const data: z.infer<typeof addressOutput>[] = rows.map(({ address, vm, takenAt, releasedAt }) => ({ address, vm, takenAt: takenAt.toISOString(), releasedAt: releasedAt?.toISOString() ?? null }));
  return { data, pagination: pagination(input, total) };
}

/** @throws AppError INVALID_REQUEST (the field that is wrong), CONFLICT (name, overlap) */
export async function createPool(rt: Runtime, actor: UserActor, input: z.infer<typeof poolCreateInput>): Promise<PoolView> {
  const { name, region, bridge, vlan } = input;
  const checked = checkPool({ ...input, firstAddress: input.firstAddress, lastAddress: input.lastAddress });
  const at = rt.clock.now();
  return transact(rt, async (tx) => {
    const others = await lockAllPools(tx);
    if (!(await regionExists(tx, region))) throw wrong("region", "is not in the catalog");
    const pool: IpPool = { id: newId("ipPool"), name, region, bridge, vlan, ...checked, active: true, createdAt: at };
    refuseConflicts(pool, others);
    await refuseTakenGateway(pool, (addresses) => takenAmong(tx, addresses));
    const made = toView(await insertPool(tx, pool), gatewaysAmong([...others, pool]), { taken: 0, resting: 0 });
    await recordAudit(tx, actor, { action: "ip_pool.create", subjectType: "ip_pool", subjectId: pool.id, organizationId: null, after: auditOf(pool), at });
    return made;
  });
}

/**
 * Network and region stay. A smaller range must still have the addresses that VMs have. A pool that is not active gives none.
 * @throws AppError NOT_FOUND, INVALID_REQUEST, CONFLICT
 */
export async function updatePool(rt: Runtime, actor: UserActor, input: z.infer<typeof poolUpdateInput>): Promise<PoolView> {
  const { id, ...fields } = input;
  await transact(rt, async (tx) => {
    const others = (await lockAllPools(tx)).filter((other) => other.id !== id);
    const before = await lockPool(tx, id);
    if (!before) throw notFound("pool");
    const asked = { ...before, ...given(fields) };
    const after: IpPool = { ...asked, ...checkPool(asked) };
    refuseConflicts(after, others);
    const { first, last } = rangeOf(after);
    const outside = (await takenAddresses(tx, id)).find((address) => {
      const value = parseAddress(address)?.value ?? -1n;
      return value < first || value > last;
    });
    if (outside !== undefined) throw new AppError("CONFLICT", `${outside} would be outside of the range, and a VM has it.`, { details: [{ field: "firstAddress", message: `leaves out ${outside}, which a VM has` }] });
    if (after.gateway !== before.gateway) await refuseTakenGateway(after, (addresses) => takenAmong(tx, addresses));
    const { id: _id, createdAt: _createdAt, ...data } = after;
    await changePoolRow(tx, id, data);
    await recordAudit(tx, actor, { action: "ip_pool.update", subjectType: "ip_pool", subjectId: id, organizationId: null, before: auditOf(before), after: auditOf(after), at: rt.clock.now() });
  });
  const view = (await listPools(rt)).data.find((pool) => pool.id === id);
  if (!view) throw notFound("pool");
  return view;
}

/** @throws AppError NOT_FOUND, CONFLICT while a VM has one of its addresses */
export async function removePool(rt: Runtime, actor: UserActor, id: string): Promise<void> {
  await transact(rt, async (tx) => {
    const pool = await lockPool(tx, id);
    if (!pool) throw notFound("pool");
    const count = (await takenAddresses(tx, id)).length;
    if (count > 0) throw new AppError("CONFLICT", `VMs have ${count} addresses of this pool. Set it inactive: it gives none any more, and can be removed when the last is back.`);
    await deletePool(tx, id);
    await recordAudit(tx, actor, { action: "ip_pool.remove", subjectType: "ip_pool", subjectId: id, organizationId: null, before: auditOf(pool), at: rt.clock.now() });
  });
}

function refuseConflicts(pool: IpPool, others: readonly IpPool[]): void {
  if (others.some((other) => other.name === pool.name)) throw taken("name");
  const range = rangeOf(pool);
  const overlapping = others.find((other) => {
    const { first, last } = rangeOf(other);
    return other.family === pool.family && first <= range.last && range.first <= last;
  });
  if (overlapping) {
    const details = [{ field: "firstAddress", message: `is in a range that overlaps the pool ${overlapping.name}` }];
    throw new AppError("CONFLICT", `The range overlaps that of the pool ${overlapping.name}: ${overlapping.firstAddress} to ${overlapping.lastAddress}.`, { details });
  }
}

async function refuseTakenGateway(pool: IpPool, takenOf: (addresses: string[]) => Promise<string[]>): Promise<void> {
  if (pool.gateway !== null && (await takenOf([pool.gateway])).length > 0) throw wrong("gateway", "is an address that a VM has");
}

function restingSince(rt: Runtime): Date {
  return new Date(rt.clock.now().getTime() - ADDRESS_REST_MS);
}

function gatewaysAmong(pools: readonly IpPool[]): string[] {
  return pools.flatMap(({ gateway }) => gateway ?? []);
}

function toView(pool: IpPool, gateways: readonly string[], use: { taken: number; resting: number }): PoolView {
  return { ...pool, family: pool.family === 6 ? 6 : 4, size: sizeOf(pool, gateways).toString(), taken: use.taken, resting: use.resting, createdAt: pool.createdAt.toISOString() };
}

function auditOf(pool: IpPool) {
  const { id: _id, createdAt: _createdAt, ...settings } = pool;
  return settings;
}
