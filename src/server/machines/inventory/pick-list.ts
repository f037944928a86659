import { notFound } from "#shared/errors.ts";
import type { PickList } from "#shared/machines/refills.ts";
import type { Scope } from "#server/identity/actor.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { findMissing, findRoute, type RouteSlot } from "./refill-repository.ts";

/** What to bring to some machines so that each slot is at its par, by product. @throws AppError NOT_FOUND when the scope does not see one of them */
export async function getPickList(rt: Runtime, scope: Scope, machineIds: readonly string[]): Promise<PickList> {
  const asked = [...new Set(machineIds)];
  const machines = await findRoute(rt, scope, asked);
  const rows = await findMissing(rt, asked);
  const byProduct = Map.groupBy(rows, (row) => row.productId);
  return {
    machines: asked.map((id) => {
      const machine = machines.get(id);
      if (!machine) throw notFound("machine");
      return { ...machine, pieces: sum(rows.filter((row) => row.machineId === id)) };
    }),
    products: [...byProduct.values()]
      .map((all) => {
        const [{ productId, name, sku } = { productId: "", name: "", sku: "" }] = all;
        const parts = Map.groupBy(all, (row) => row.machineId);
        return {
          productId,
          name,
          sku,
          pieces: sum(all),
          machines: asked.flatMap((machineId) => {
            const part = parts.get(machineId);
            return part ? [{ machineId, pieces: sum(part), slots: part.map(({ slot, pieces }) => ({ slot, pieces })) }] : [];
          }),
        };
      })
      .sort((a, b) => b.pieces - a.pieces || a.name.localeCompare(b.name)),
  };
}

function sum(rows: readonly RouteSlot[]): number {
  return rows.reduce((total, row) => total + row.pieces, 0);
}
