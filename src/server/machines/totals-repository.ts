import type { Runtime } from "#server/infra/runtime.ts";

export async function countByStatus(rt: Runtime): Promise<Map<string, number>> {
  const rows = await rt.db.query<{ status: string; count: bigint }>({ text: "select status, count(*) as count from machine group by status" });
  return new Map(rows.map((row) => [row.status, Number(row.count)]));
}
