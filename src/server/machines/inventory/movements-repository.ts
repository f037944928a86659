import type { Runtime } from "#server/infra/runtime.ts";

export interface MovementRow {
  id: string;
  at: Date;
  slot: string;
  kind: string;
  delta: number;
  countAfter: number;
  productName: string | null;
  reason: string;
  actorId: string | null;
  orderLineId: string | null;
  refillId: string | null;
}

/** A machine's movements before one of them, newest first. */
export async function findMovements(rt: Runtime, filter: { machineId: string; slot: string | undefined; kind: string | undefined; before: string | undefined; limit: number }): Promise<MovementRow[]> {
  return rt.db.query<MovementRow>({
    name: "machines_movements",
    text: `select movement.id, movement.at, movement.slot, movement.kind, movement.delta, movement.count_after as "countAfter", product.name as "productName", movement.reason,
        movement.actor_id as "actorId", movement.order_line_id as "orderLineId", movement.refill_id as "refillId"
      from stock_movement movement left join product on product.id = movement.product_id
      where movement.machine_id = $1 and ($2::text is null or movement.slot = $2) and ($3::text is null or movement.kind = $3) and ($4::text is null or movement.id < $4)
      order by movement.id desc limit $5`,
    values: [filter.machineId, filter.slot ?? null, filter.kind ?? null, filter.before ?? null, filter.limit],
  });
}
