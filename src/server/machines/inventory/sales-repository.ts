import type { Runtime } from "#server/infra/runtime.ts";

export interface SlotSalesRow {
  machineId: string;
  slot: string;
  count: number;
  capacity: number;
  par: number | null;
  uncertain: boolean;
  hasProduct: boolean;
  /** pieces of the present product sold since `since` */
  sold: number;
  /** the first movement of the present product in the slot, at the earliest when the look begins; null: there is none */
  since: Date | null;
}

/**
 * What sold of each slot's present product, in some machines: dispenses, and what devices counted out. A product counts as known from its first movement in the slot
 * on; one that was there before the look begins, from the beginning.
 */
export async function findSlotSales(rt: Runtime, machineIds: readonly string[], from: Date): Promise<SlotSalesRow[]> {
  return rt.db.query<SlotSalesRow>({
    name: "machines_slot_sales",
    text: `select slot.machine_id as "machineId", slot.code as slot, slot.count, slot.capacity, slot.par, slot.uncertain, slot.product_id is not null as "hasProduct",
        coalesce(moved.sold, 0)::int as sold,
        case when exists (select 1 from stock_movement earlier
            where earlier.machine_id = slot.machine_id and earlier.slot = slot.code and earlier.product_id = slot.product_id and earlier.at <= $2::timestamptz)
          then $2::timestamptz else moved.first end as since
      from slot left join lateral (
        select sum(-delta) filter (where kind in ('dispense', 'device') and delta < 0) as sold, min(at) as first from stock_movement movement
        where movement.machine_id = slot.machine_id and movement.slot = slot.code and movement.product_id = slot.product_id and movement.at > $2::timestamptz
      ) moved on true
      where slot.machine_id in (select jsonb_array_elements_text($1::jsonb)) order by slot.machine_id, slot."row", slot."column"`,
    values: [JSON.stringify(machineIds), from.toISOString()],
  });
}

export interface MachineDayRow {
  machineId: string;
  /** the machine's local date */
  day: string;
  sold: number;
}

/** What machines sold on each of their own days. */
export async function findDaySales(rt: Runtime, machineIds: readonly string[], from: Date): Promise<MachineDayRow[]> {
  return rt.db.query<MachineDayRow>({
    name: "machines_day_sales",
    text: `select machine.id as "machineId", to_char(movement.at at time zone machine.timezone, 'YYYY-MM-DD') as day, sum(-movement.delta)::int as sold
      from machine join stock_movement movement on movement.machine_id = machine.id
      where machine.id in (select jsonb_array_elements_text($1::jsonb)) and movement.at > $2::timestamptz and movement.kind in ('dispense', 'device') and movement.delta < 0
      group by 1, 2`,
    values: [JSON.stringify(machineIds), from.toISOString()],
  });
}

export interface MachineStockRow {
  machineId: string;
  organizationId: string;
  name: string;
  address: string;
  status: string;
  timezone: string;
  empty: number;
  low: number;
  uncertain: number;
  disabled: number;
  missing: number;
  count: number;
  capacity: number;
  total: number;
}

/** Machines in service that have something to sell, those with the most to do first. */
export async function findMachinesByNeed(rt: Runtime, filter: { organizationId: string | null; search: string | undefined; lowShare: number; limit: number; offset: number }): Promise<MachineStockRow[]> {
  return rt.db.query<MachineStockRow>({
    name: "machines_by_need",
    text: `select machine.id as "machineId", machine.organization_id as "organizationId", machine.name, machine.address, machine.status, machine.timezone,
        count(*) filter (where slot.count = 0)::int as empty,
        count(*) filter (where slot.count > 0 and slot.count <= coalesce(slot.par, slot.capacity) * $3::float8)::int as low,
        count(*) filter (where slot.uncertain)::int as uncertain, count(*) filter (where slot.disabled_reason is not null)::int as disabled,
        sum(greatest(0, coalesce(slot.par, slot.capacity) - slot.count))::int as missing, sum(slot.count)::int as count, sum(slot.capacity)::int as capacity, count(*) over ()::int as total
      from machine join slot on slot.machine_id = machine.id and slot.product_id is not null
      where ($1::text is null or machine.organization_id = $1) and machine.status in ('online', 'offline')
        and ($2::text is null or machine.name ilike '%' || $2 || '%' or machine.address ilike '%' || $2 || '%')
      group by machine.id order by empty desc, low desc, missing desc, machine.id limit $4 offset $5`,
    values: [filter.organizationId, filter.search === undefined ? null : filter.search.replace(/[\\%_]/g, "\\$&"), filter.lowShare, filter.limit, filter.offset],
  });
}
