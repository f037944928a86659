import type { Tx } from "#server/infra/events.ts";

export interface StockRow {
  slot: string;
  count: number;
  reserved: number;
  capacity: number;
  failures: number;
  disabledReason: string | null;
  productId: string | null;
  name: string | null;
  sku: string | null;
  archived: boolean;
  /** what one costs here, micro-credits */
  price: bigint | null;
}

/** One slot's count as it is to be, with the movement that says why. */
export interface CountRow {
  /** of the movement */
  id: string;
  machine_id: string;
  slot: string;
  /** the whole, not what comes or goes */
  count: number;
  /** of a device that counts for itself: the sum of what people filled that the count is at */
  filled: number | null;
  kind: string;
  reason: string;
  actor_id: string | null;
  refill_id: string | null;
  order_line_id: string | null;
  at: string;
  /** of a device's report: one that is older than what was taken already changes nothing */
  boot: string | null;
  seq: number | null;
  /** somebody looked: what was doubtful is known again */
  counted: boolean;
  /** the count that comes of this may be wrong */
  uncertain: boolean;
}

export interface CountResult {
  machineId: string;
  slot: string;
  /** false: the machine has no such slot */
  exists: boolean;
  /** a later report was taken already */
  stale: boolean;
  before: number;
  /** what was said, with what the device did not know of yet; may be more than fits */
  said: number;
  after: number;
  capacity: number;
}

/** Whose machine it is; the row is locked, as it is for every change of its slots, so that counts and their movements agree. */
export async function lockForStock(tx: Tx, machineId: string): Promise<{ organizationId: string; status: string } | null> {
  const [machine] = await tx.$queryRawUnsafe<{ organizationId: string; status: string }[]>(
    `select organization_id as "organizationId", status from machine where id = $1 for no key update`,
    machineId,
  );
  return machine ?? null;
}

/** Some slots of a machine whose lock is held. */
export async function findStock(tx: Tx, machineId: string, slots: readonly string[]): Promise<Map<string, StockRow>> {
  const rows = await tx.slot.findMany({ where: { machineId, code: { in: [...slots] } }, include: { product: true } });
  return new Map(
    rows.map((row) => [
      row.code,
      {
        slot: row.code,
        count: row.count,
        reserved: row.reserved,
        capacity: row.capacity,
        failures: row.failures,
        disabledReason: row.disabledReason,
        productId: row.productId,
        name: row.product?.name ?? null,
        sku: row.product?.sku ?? null,
        archived: row.product?.archivedAt != null,
        price: row.price ?? row.product?.price ?? null,
      },
    ]),
  );
}

/**
 * The only statement that writes slot.count: counts and their movements, of one machine or of all of a bridge's batch, as one JSON parameter. The machines'
 * locks must be held, and each slot may come once. A device's report that says what is known already leaves no movement; a count above the capacity is cut
 * to it and marked as doubtful. What people change, a device that counts for itself has to learn: slot.filled is the sum of it.
 */
export async function writeCounts(tx: Tx, rows: readonly CountRow[]): Promise<CountResult[]> {
  return tx.$queryRawUnsafe<CountResult[]>(
    `with said as (
        select * from jsonb_to_recordset($1::jsonb) as said (id text, machine_id text, slot text, count int, kind text, reason text, actor_id text, refill_id text,
          order_line_id text, at timestamptz, filled int, boot text, seq bigint, counted boolean, uncertain boolean)
      ), known as (
        select said.*, slot.code is not null as exists, slot.product_id, slot.capacity, slot.count as before, sums.total,
          greatest(0, least(sums.total, slot.capacity)) as after,
          said.uncertain or sums.total not between 0 and slot.capacity as doubtful,
          said.boot is not null and exists (select 1 from device_message later
            where later.machine_id = said.machine_id and later.boot = said.boot and later.seq > said.seq and later.kind = 'stock') as stale
        from said left join slot on slot.machine_id = said.machine_id and slot.code = said.slot
        cross join lateral (select said.count + coalesce(slot.filled - said.filled, 0) as total) sums
      ), changed as (
        update slot set count = known.after,
          filled = slot.filled + case when known.kind in ('device', 'dispense') then 0 else known.after - known.before end,
          uncertain = case when known.doubtful then true when known.counted then false else slot.uncertain end,
          counted_at = case when known.counted then known.at else slot.counted_at end
        from known
        where slot.machine_id = known.machine_id and slot.code = known.slot and not known.stale
          and (known.kind <> 'device' or known.after <> known.before or (known.doubtful and not slot.uncertain))
      ), moved as (
        insert into stock_movement (id, machine_id, slot, product_id, kind, delta, count_after, reason, actor_id, refill_id, order_line_id, at)
        select id, machine_id, slot, product_id, kind, after - before, after, reason, actor_id, refill_id, order_line_id, at
        from known where exists and not stale and (kind <> 'device' or after <> before)
      )
      select machine_id as "machineId", slot, exists, stale, coalesce(before, 0) as before, coalesce(total, 0) as said, coalesce(after, 0) as after, coalesce(capacity, 0) as capacity from known`,
    JSON.stringify(rows),
  );
}

/** Promises `quantity` pieces more, or fewer when negative; never fewer than none. */
export async function addReserved(tx: Tx, machineId: string, slot: string, quantity: number): Promise<void> {
  await tx.$executeRaw`update slot set reserved = greatest(0, reserved + ${quantity}::int) where machine_id = ${machineId} and code = ${slot}`;
}

export async function setFailures(tx: Tx, machineId: string, slot: string, data: { failures: number; disabledReason?: "failures"; uncertain?: true }): Promise<void> {
  await tx.slot.update({ where: { machineId_code: { machineId, code: slot } }, data, select: { code: true } });
}

/** What devices counted out of a slot, and the dispenses that found their piece counted already (delta 0), in the order they came. */
export async function findCountedOut(tx: Tx, machineId: string, slot: string, from: Date): Promise<{ kind: string; delta: number; at: Date; commandedAt: Date | null }[]> {
  return tx.$queryRawUnsafe<{ kind: string; delta: number; at: Date; commandedAt: Date | null }[]>(
    `select movement.kind, movement.delta, movement.at, command.created_at as "commandedAt"
      from stock_movement movement left join device_command command on command.order_line_id = movement.order_line_id
      where movement.machine_id = $1 and movement.slot = $2 and movement.at > $3::timestamptz
        and ((movement.kind = 'device' and movement.delta < 0) or (movement.kind = 'dispense' and movement.delta = 0))
      order by movement.at, movement.id`,
    machineId,
    slot,
    from.toISOString(),
  );
}
