import type { Database } from "#server/infra/database.ts";

/** Which organization a VM or machine belongs to; null: there is none such. */
export async function organizationOf(db: Database, kind: "vm" | "machine", id: string): Promise<string | null> {
  const rows = await db.query<{ organizationId: string }>({
    name: `socket_${kind}_organization`,
    text: `select organization_id as "organizationId" from ${kind === "vm" ? "vm" : "machine"} where id = $1`,
    values: [id],
  });
  return rows[0]?.organizationId ?? null;
}
